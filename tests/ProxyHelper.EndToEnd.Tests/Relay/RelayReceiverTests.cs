using ProxyHelper.EndToEnd.Relay.Receivers;
using ProxyHelper.TestSupport.Relay;
using Xunit;

namespace ProxyHelper.EndToEnd.Relay;

/// <summary>Tests the configurations of docs/relay.md with real connections through real NAT.</summary>
public sealed class RelayReceiverTests(PublishedDaemon daemon)
{
    /// <summary>Gets the names of the receivers.</summary>
    public static TheoryData<string> Names => [.. ReceiverKind.All.Select(kind => kind.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Every_user_reaches_the_original_server_and_the_log_has_both_original_ends(string name)
    {
        var kind = ReceiverKind.Named(name);
        using RelaySite site = await RelaySite.StartAsync(daemon, kind);

        IReadOnlyCollection<WebVisit> visits = await site.VisitAsync(400, isEncrypted: !kind.ReadsHttp);

        Assert.All(visits, visit => Assert.True(visit.IsFromServer, $"{visit}"));
        Assert.All(visits, visit => Assert.True(visit.NamesUser == kind.ReadsHttp, $"{visit}"));
        Assert.All(visits, visit => Assert.Equal(IsTls(visit, kind) ? "CN=server.example" : null, visit.Issuer));
        await AssertLogAsync(site.Receiver, visits);
    }

    [Theory]
    [InlineData("HAProxy")]
    [InlineData("nginx")]
    public async Task None_of_ten_thousand_connections_reaches_a_wrong_server(string name)
    {
        using RelaySite site = await RelaySite.StartAsync(daemon, ReceiverKind.Named(name));

        IReadOnlyCollection<WebVisit> visits = await site.VisitAsync(10_000, isEncrypted: true);

        Assert.Equal(10_000, visits.Count);
        Assert.DoesNotContain(visits, visit => !visit.IsFromServer);
        await AssertLogAsync(site.Receiver, visits);
    }

    [Theory]
    [InlineData("HAProxy HTTP")]
    [InlineData("nginx HTTP")]
    [InlineData("Squid")]
    public async Task Requests_on_connections_that_stay_open_reach_the_original_server(string name)
    {
        const int rounds = 20;
        using RelaySite site = await RelaySite.StartAsync(daemon, ReceiverKind.Named(name));
        WebUser[] users = await site.ConnectAsync(40);

        // A receiver may send requests of several users over one connection to a server, but never to another server.
        for (int round = 0; round < rounds; round++)
        {
            WebVisit[] visits = await Task.WhenAll(users.Select(user => RelaySite.VisitAsync(user)));
            Assert.All(visits, visit => Assert.True(visit.IsFromServer, $"{visit}"));
        }

        Assert.Equal(rounds * users.Length, site.Servers.Requests);
    }

    [Fact]
    public async Task Two_relays_give_HTTP_to_Squid_and_HTTPS_to_HAProxy()
    {
        using RelaySite site = await RelaySite.OpenAsync(daemon, "two_receivers");
        using Receiver squid = await Receiver.StartAsync(site.Network, ReceiverKind.Named("Squid"));
        using Receiver haproxy = await Receiver.StartAsync(site.Network, ReceiverKind.Named("HAProxy"));
        using RunningProgram http = await StartRelayAsync($"to = {squid.Target}\n");
        using RunningProgram https = await StartRelayAsync("listen = 194.0.22.9:9200\n");

        IReadOnlyCollection<WebVisit> visits = await site.VisitAsync(400, isEncrypted: true);

        Assert.All(visits, visit => Assert.True(visit.IsFromServer, $"{visit}"));
        await AssertLogAsync(squid, [.. visits.Where(visit => visit.Server.Port == 80)]);
        await AssertLogAsync(haproxy, [.. visits.Where(visit => visit.Server.Port == 443)]);

        Task<RunningProgram> StartRelayAsync(string words) => RelayPrograms.StartConfiguredRelayAsync(
            site.Network, daemon, ReceiverFolder.ReadBlock("text", words));
    }

    [Fact]
    public void The_rules_of_the_tests_are_those_of_the_page() => Assert.Equal(
        RelayNetwork.NatRules, DocumentedRules.Read("docs/relay.md", "nft", "web_gateway").Text.Trim());

    private static bool IsTls(WebVisit visit, ReceiverKind kind) => visit.Server.Port == 443 && !kind.ReadsHttp;

    /// <summary>Checks that the log has the original ends of each connection once, and no other ends.</summary>
    private static async Task AssertLogAsync(Receiver receiver, IReadOnlyCollection<WebVisit> visits)
    {
        await receiver.AwaitLinesAsync(visits.Count);
        Assert.Equal(
            visits.Select(visit => visit.Ends).Order(StringComparer.Ordinal),
            receiver.Log.Select(line => string.Join(' ', line.Split(' ')[..3])).Order(StringComparer.Ordinal));
    }
}
