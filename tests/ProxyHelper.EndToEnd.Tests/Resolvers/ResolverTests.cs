using System.Globalization;
using Xunit;

namespace ProxyHelper.EndToEnd.Resolvers;

/// <summary>
/// Tests a helper that looks connections up in the table of another router: users with equal ports, connections that
/// the router knows twice, by half or not at all. A reply is correct or "not found".
/// </summary>
public sealed class ResolverTests
{
    private const int Connections = 1000;
    private const int Queries = 10_000;
    private const int Seed = 20119;

    private const string Table = """
        $table = @{}
        Import-Csv ./lookups.csv | ForEach-Object { $table[$_.Source] = $_ }
        function New-Mapping($User, $Server, $Source) {
            [pscustomobject]@{
                Protocol = 'Tcp'; OriginalSource = $User; OriginalDestination = $Server
                TranslatedSource = $Source; TranslatedDestination = '194.0.22.9:9199'
            }
        }
        """;

    private const string Script = """
        -Resolver {
            param($Query)
            $row = ($using:table)["$($Query.Source)"]
            switch ($row.Kind) {
                Redirected { New-Mapping $row.User $row.Server $row.Source }
                Ambiguous { foreach ($end in $row.Server, $row.Decoy) { New-Mapping $row.User $end $row.Source } }
                Half { throw 'The router does not answer.' }
                Other { New-Mapping $row.User $row.Server 194.0.1.1:9 }
                Invalid { 42 }
            }
        }
        """;

    [Fact]
    public async Task Ten_thousand_queries_are_answered_from_a_text_of_pfctl()
    {
        MailLookup[] lookups = MailLookup.Generate(Connections, Seed);
        using var network = new HelperBehindRouter();
        using var helper = new ResolvingHelper(network);
        PfText.Write(helper.PathOf("states.txt"), lookups, Seed);
        await helper.StartAsync(string.Empty, "-Path ./states.txt -MaxTableAge 3600");

        LookupRun run = await LookupRun.AskAsync(network.Proxy, lookups, Queries, Seed);

        IReadOnlyDictionary<string, long> counts = await helper.EndAsync();
        AssertCorrect(run, counts, helper.Output);
        Assert.Equal(0, counts["ResolverErrors"]);
    }

    [Theory]
    [InlineData(false, Queries)]
    [InlineData(true, Queries / 10)]
    public async Task Queries_are_answered_by_the_REST_service_of_a_MikroTik_router(bool isOld, int queries)
    {
        MailLookup[] lookups = MailLookup.Generate(Connections, Seed);
        using var network = new HelperBehindRouter();
        using var helper = new ResolvingHelper(network);
        using var router = new MikroTikRouter(network.Router, lookups, isOld);
        await StartMikroTikAsync(helper, router);

        LookupRun run = await LookupRun.AskAsync(network.Proxy, lookups, queries, Seed);

        IReadOnlyDictionary<string, long> counts = await helper.EndAsync();
        long failed = counts["ResolverErrors"]; // requests that the network or a slow machine ended
        Assert.True(failed <= queries / 100, helper.Output);
        AssertCorrect(run, counts, helper.Output, failed);
        Assert.InRange(router.Requests, queries, 2 * queries);
    }

    [Fact]
    public async Task A_MikroTik_router_with_another_certificate_gets_no_request()
    {
        MailLookup[] lookups = MailLookup.Generate(Connections, Seed);
        using var network = new HelperBehindRouter();
        using var helper = new ResolvingHelper(network);
        using var router = new MikroTikRouter(network.Router, lookups, isOld: false);
        await StartMikroTikAsync(helper, router, "/dev/null");

        LookupRun run = await LookupRun.AskAsync(network.Proxy, lookups, 20, Seed);

        IReadOnlyDictionary<string, long> counts = await helper.EndAsync();
        Assert.Empty(run.Wrong);
        Assert.Equal(0, counts["Found"]);
        Assert.InRange(counts["ResolverErrors"] + Slow(counts), 20, long.MaxValue); // smtp-gated repeats a query
        Assert.Equal(0, router.Requests);
    }

    [Fact]
    public async Task Ten_thousand_queries_are_answered_by_a_script()
    {
        MailLookup[] lookups = MailLookup.Generate(Connections, Seed);
        using var network = new HelperBehindRouter();
        using var helper = new ResolvingHelper(network);
        await File.WriteAllLinesAsync(
            helper.PathOf("lookups.csv"),
            ["Kind,User,Server,Decoy,Source", .. lookups.Select(Row)],
            Patience.Token());
        await helper.StartAsync(Table, Script);

        LookupRun run = await LookupRun.AskAsync(network.Proxy, lookups, Queries, Seed);

        IReadOnlyDictionary<string, long> counts = await helper.EndAsync();
        AssertCorrect(run, counts, helper.Output);
        AssertReason(run.Asked(LookupKind.Half), counts, "ResolverErrors");
        AssertReason(run.Asked(LookupKind.Other), counts, "ResolverMismatches");
        AssertReason(run.Asked(LookupKind.Invalid), counts, "ResolverInvalid");
    }

    private static string Row(MailLookup lookup) => string.Create(
        CultureInfo.InvariantCulture,
        $"{lookup.Kind},{lookup.User},{lookup.Server},{lookup.Decoy},{lookup.Source}");

    private static Task StartMikroTikAsync(ResolvingHelper helper, MikroTikRouter router, string? trusted = null)
    {
        string authority = helper.PathOf("authority.pem");
        router.WriteCertificate(authority);
        return helper.StartAsync(
            $"""
            Import-Module '{helper.SaveFunctions()}'
            $credential = [pscredential]::new('helper', (ConvertTo-SecureString secret -AsPlainText -Force))
            """,
            "-Resolver { param($Query) Find-MikroTikMapping 194.0.1.1 $using:credential $Query }",
            $"SSL_CERT_FILE={trusted ?? authority}",
            "SSL_CERT_DIR=/nonexistent");
    }

    /// <summary>
    /// Fails if a reply was wrong, or a query was counted for another reason than its own. On a slow machine, an answer
    /// can be late, which the helper counts.
    /// </summary>
    /// <param name="run">The replies.</param>
    /// <param name="counts">The counts of the helper.</param>
    /// <param name="output">What the helper has written.</param>
    /// <param name="failed">The number of queries of any kind whose look-up failed.</param>
    private static void AssertCorrect(
        LookupRun run, IReadOnlyDictionary<string, long> counts, string output, long failed = 0)
    {
        Assert.Empty(run.Wrong);
        Assert.True(run.Unfound <= Slow(counts) + failed, $"{run.Unfound} not found. {output}");
        AssertReason(run.Asked(LookupKind.Redirected), counts, "Found", failed);
        AssertReason(run.Asked(LookupKind.Ambiguous), counts, "ResolverAmbiguous", failed);
        Assert.Equal(0, counts["NotItsOwn"]); // the router kept the sender
    }

    private static void AssertReason(
        int asked, IReadOnlyDictionary<string, long> counts, string name, long failed = 0) =>
        Assert.True(
            counts[name] + Slow(counts) + failed >= asked && counts[name] <= asked + Slow(counts),
            string.Create(CultureInfo.InvariantCulture, $"{name}: {counts[name]} of {asked} queries"));

    private static long Slow(IReadOnlyDictionary<string, long> counts) =>
        counts["ResolverLate"] + counts["ResolverFull"] + counts["Late"];
}
