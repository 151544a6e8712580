using System.Net;
using ProxyHelper.Diagnosis;
using ProxyHelper.Server;
using ProxyHelper.Tests.Diagnosis;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.EndToEnd;

/// <summary>Tests the inspection of a set-up on the router and on the proxy, with the rules of the documents.</summary>
public sealed class SetupTests
{
    private const string DropQueries =
        "table inet closed { chain input { type filter hook input priority filter; udp dport 114 drop; }; }";

    private static readonly IPAddress _router = IPAddress.Parse("194.0.1.1");

    private static readonly InspectionOptions _quick = new() { Timeout = TimeSpan.FromMilliseconds(100) };

    [Theory]
    [InlineData("nft")]
    [InlineData("sh")]
    [Trait("Promise", "firewall-rules")]
    public async Task With_the_rules_of_the_documents_every_check_passes_on_the_router_and_on_the_proxy(string language)
    {
        using var network = RouterNetwork.Create();
        DocumentedRules.Read("docs/security.md", language).Load(network.Router);
        using Responder responder = Start(network);
        using var gateway = new MailGateway(network);
        await gateway.OpenAsync("10.1.1.1:10943", "4.1.1.1:25");
        string configuration = Path.GetTempFileName();
        await File.WriteAllTextAsync(
            configuration, "mode remote-udp\nremote_port 114\nmax_per_host 1000\n", Patience.Token());
        var options = new InspectionOptions
        {
            HelperAddresses = [_router],
            SmtpGatedConfiguration = configuration,
            Timeout = Patience.Limit,
        };

        Finding[] onRouter = Inspect(network.Router, options), onProxy = Inspect(network.Proxy, options);

        File.Delete(configuration);
        Assert.Contains("looks like the router", onRouter[0].Reason, StringComparison.Ordinal);
        Assert.Contains("looks like the proxy", onProxy[0].Reason, StringComparison.Ordinal);
        Assert.All(
            [.. onRouter, .. onProxy],
            finding => Assert.True(finding.Severity == Severity.Passed, finding.ToString()));
        Assert.Equal((16, 7), (onRouter.Length, onProxy.Length));
    }

    [Fact]
    public async Task A_missing_rule_is_a_warning_that_names_the_connections_it_translated()
    {
        using var network = RouterNetwork.Create();
        using var gateway = new MailGateway(network);
        UserConnection connection = await gateway.OpenAsync("10.1.1.1:10943", "4.1.1.1:25");
        network.Router.Run(() => Tool.Run("nft", "delete table ip mail_gateway"));

        Finding[] findings = Inspect(
            network.Router, _quick with { HelperAddresses = [_router], Proxy = connection.Destination });

        Finding rule = Assert.Single(findings, finding => finding.Check == "DNAT rule");
        Assert.Equal(Severity.Warning, rule.Severity);
        Assert.Contains("10.1.1.1:10943 -> 4.1.1.1:25", rule.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_firewall_that_drops_queries_is_reported_as_silence()
    {
        using var network = RouterNetwork.Create();
        network.Router.Run(() => Tool.Run("nft", DropQueries));
        using Responder responder = Start(network);

        Finding[] findings = Inspect(
            network.Proxy, _quick with { Role = SetupRole.Proxy, HelperAddresses = [_router] });

        Finding answer = Assert.Single(findings, finding => finding.Check == "UDP answer");
        Assert.Equal(Severity.Failed, answer.Severity);
        Assert.Contains("194.0.1.1:114 is silent to a query from 194.0.22.9", answer.Reason, StringComparison.Ordinal);
        Assert.Equal(TestWords.Instance.OnProxy?.ReadCounters, answer.Action);
    }

    private static Finding[] Inspect(NetworkHost host, InspectionOptions options) =>
        host.Run(() => Inspection.Run(options, TestWords.Instance, Patience.Token()).ToArray());

    private static Responder Start(RouterNetwork network) => network.Router.Run(() =>
        Responder.Start(new ListenOptions { Addresses = [_router] }, new AnswerRules()));
}
