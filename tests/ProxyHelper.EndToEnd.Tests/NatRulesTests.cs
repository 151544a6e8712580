using System.Net;
using ProxyHelper.Server;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.EndToEnd;

/// <summary>Tests the NAT rules of the documents, unchanged, with real connections.</summary>
public sealed class NatRulesTests
{
    [Theory]
    [InlineData("docs/router.md", "nft", "dnat to 194.0.22.9:9199", "hook forward")]
    [InlineData("docs/router.md", "sh", "-d 194.0.22.9 -p tcp --dport 9199 -j SNAT", "-A FORWARD")]
    [InlineData("docs/get-started.md", "nft", "dnat to 194.0.22.9:9199", "notrack")] // both blocks are one file
    public async Task With_the_rules_mail_reaches_the_proxy_and_the_router_knows_its_source(
        string document, string language, string translation, string others)
    {
        using RouterNetwork network = RouterNetwork.Create();
        network.Router.Run(() => Tool.Run("nft", "flush ruleset"));
        DocumentedRules.Read(document, language, translation).Load(network.Router);
        DocumentedRules.Read(document, language, others).Load(network.Router);
        if (language == "sh")
        {
            // The nft rules contain this policy.
            network.Router.Run(() => Tool.Run("iptables", "-P", "FORWARD", "DROP"));
        }

        using Responder responder = network.Router.Run(() => Responder.Start(
            new ListenOptions { Addresses = [IPAddress.Parse("194.0.1.1")] }, new AnswerRules()));
        using var gateway = new MailGateway(network);

        UserConnection connection = await gateway.OpenAsync("10.1.1.1:10943", "4.1.1.1:25");

        byte[] query = QueryDatagram.Query(connection.Source, connection.Destination);
        byte[] found = QueryDatagram.Found(query, connection.User, connection.Server);
        Assert.Equal(found, await SmtpGated.QueryUdpAsync(network.Proxy, connection));
    }

    [Fact]
    public void The_quick_start_has_the_rules_of_the_page_about_the_router()
    {
        string[] rules = [.. ReadRules("README.md")];

        Assert.Equal(2, rules.Length);
        Assert.Subset(ReadRules("docs/router.md").ToHashSet(), rules.ToHashSet());
    }

    private static IEnumerable<string> ReadRules(string document) =>
        File.ReadLines(Path.Combine(Repository.Root, document))
            .Where(line => line.StartsWith("iptables ", StringComparison.Ordinal));
}
