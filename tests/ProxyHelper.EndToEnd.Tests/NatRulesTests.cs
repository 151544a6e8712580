using System.Net;
using ProxyHelper.Server;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.EndToEnd;

/// <summary>The NAT rules that the documents give, loaded on the router as they stand there, and real connections through them.</summary>
public sealed class NatRulesTests
{
    private const string Document = "docs/deployment.md";

    [Theory]
    [InlineData("nft", "dnat to 194.0.22.9:9199", "hook forward")]
    [InlineData("sh", "-d 194.0.22.9 -p tcp --dport 9199 -j SNAT", "-A FORWARD")]
    public async Task With_them_mail_comes_to_the_proxy_and_the_router_knows_whose_it_was(string language, string translation, string forwarding)
    {
        using RouterNetwork network = RouterNetwork.Create();
        network.Router.Run(() => Tool.Run("nft", "flush ruleset"));
        DocumentedRules.Read(Document, language, translation).Load(network.Router);
        DocumentedRules.Read(Document, language, forwarding).Load(network.Router);
        if (language == "sh")
        {
            network.Router.Run(() => Tool.Run("iptables", "-P", "FORWARD", "DROP")); // what the nft rules have in them
        }

        using Responder responder = network.Router.Run(() => Responder.Start(new ListenOptions { Addresses = [IPAddress.Parse("194.0.1.1")] }, new AnswerRules()));
        using var gateway = new MailGateway(network);

        UserConnection connection = await gateway.OpenAsync("10.1.1.1:10943", "4.1.1.1:25");

        byte[] query = QueryDatagram.Query(connection.Source, connection.Destination);
        Assert.Equal(QueryDatagram.Found(query, connection.User, connection.Server), await SmtpGated.QueryUdpAsync(network.Proxy, connection));
    }
}
