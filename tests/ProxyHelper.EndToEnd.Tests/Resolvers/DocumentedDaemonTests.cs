using ProxyHelper.Addresses;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.EndToEnd.Resolvers;

/// <summary>Tests the settings of docs/other-routers.md with the daemon. A reply is correct or "not found".</summary>
public sealed class DocumentedDaemonTests(PublishedDaemon daemon)
{
    private const int Seed = 20119;
    private const string Setting = "resolver-command = ";

    private static readonly string[] _settings = ["address = ", "allow = ", Setting];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Queries_are_answered_by_the_REST_service_of_a_MikroTik_router(bool isOld)
    {
        Requirement.Tool("curl");
        const string heading = "A MikroTik router", filter = $"{Setting}-dreply";
        MailLookup[] lookups = MailLookup.Generate(100, Seed);
        using var network = new HelperBehindRouter();
        using var helper = new ResolvingDaemon();
        using var router = new MikroTikRouter(network.Router, lookups, isOld);
        router.WriteCertificate(helper.PathOf("authority.pem"));
        helper.Write("router-login", ResolvingDaemon.ReadLines(heading, "machine "));
        string[] lines = ResolvingDaemon.ReadLines(heading, _settings), old = lines[^2..], all = lines[..^2];
        await helper.StartAsync(
            network, daemon,
            isOld ? [.. all.Where(line => !line.StartsWith(filter, StringComparison.Ordinal)), .. old] : all);

        LookupRun run = await LookupRun.AskAsync(network.Proxy, lookups, 200, Seed);

        Assert.Empty(run.Wrong);
        Assert.True(run.Unfound == 0, helper.Log);
        Assert.InRange(run.Asked(LookupKind.Redirected), 1, router.Requests);
    }

    [Fact]
    public async Task Queries_are_answered_by_a_router_with_pf_over_SSH()
    {
        MailLookup[] lookups = MailLookup.Generate(100, Seed);
        using var network = new HelperBehindRouter();
        using var helper = new ResolvingDaemon();
        WriteSsh(helper);
        PfText.Write(helper.PathOf("table"), lookups, Seed);
        await helper.StartAsync(network, daemon, ResolvingDaemon.ReadLines("A router with SSH", _settings));

        LookupRun run = await LookupRun.AskAsync(network.Proxy, lookups, 200, Seed);

        Assert.Empty(run.Wrong);
        Assert.True(run.Unfound == 0, helper.Log);
        Assert.InRange(run.Asked(LookupKind.Redirected), 1, 200);
    }

    [Theory]
    [InlineData("FreeBSD", "pfctl -ss")]
    [InlineData("IPFilter", "ipnat -lv")]
    [InlineData("Linux", "conntrack -L -p tcp --reply-dst 194.0.1.1 --reply-port-dst 20119 --reply-src 194.0.22.9 "
        + "--reply-port-src 9199")]
    [InlineData("Cisco", "show ip nat translations tcp | include _194.0.1.1:20119_")]
    [InlineData("Junos", "show security flow session nat protocol tcp | display xml | no-more")]
    public async Task The_command_of_a_router_gets_the_ends_of_the_query(string router, string command)
    {
        const string heading = "A router with SSH";
        MailLookup[] lookups = MailLookup.Generate(1, Seed);
        lookups[0] = lookups[0] with { Source = TransportEndPoint.Parse("194.0.1.1:20119") };
        using var network = new HelperBehindRouter();
        using var helper = new ResolvingDaemon();
        WriteSsh(helper);
        PfText.Write(helper.PathOf("table"), lookups, Seed);
        string row = Assert.Single(ResolvingDaemon.ReadLines(heading, $"| {router}"));
        string word = row.Split('`')[1].Replace(@"\|", "|", StringComparison.Ordinal);
        string[] lines = ResolvingDaemon.ReadLines(heading, _settings);
        await helper.StartAsync(network, daemon, [.. lines[..^1], Setting + word]);

        await LookupRun.AskAsync(network.Proxy, lookups, 1, Seed);

        Assert.Equal($"{command}\n", await File.ReadAllTextAsync(helper.PathOf("command"), Patience.Token()));
    }

    /// <summary>
    /// Puts a program in the place of ssh. The real ssh reads the options, so that an unknown option is an error.
    /// </summary>
    private static void WriteSsh(ResolvingDaemon helper)
    {
        Requirement.Tool("ssh");
        helper.WriteProgram(
            "ssh",
            $"""
            {Requirement.Find("ssh")} -G "$@" >'{helper.PathOf("options")}' || exit 255
            for word; do command=$word; done
            printf '%s\n' "$command" >'{helper.PathOf("command")}'
            cat '{helper.PathOf("table")}'
            """);
    }
}
