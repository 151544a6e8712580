using System.Net;
using System.Net.Sockets;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Server;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.EndToEnd;

/// <summary>The firewall rules that the documents give, loaded on the router as they stand there.</summary>
public sealed class FirewallRulesTests
{
    private const ushort Port = 114;
    private const ushort OtherPort = 115; // no rule is about it

    private static readonly IPAddress _router = IPAddress.Parse("194.0.1.1");

    private static readonly string _security = File.ReadAllText(Path.Combine(Repository.Root, "docs/security.md"));

    // A connection of a user's that the router masquerades: it is the mail server's own, so the responder would tell it who called.
    private static readonly ConntrackFlow _masqueraded = ConntrackFlow.Tcp("10.1.1.1:40000", "4.1.1.1:25", "4.1.1.1:25", "194.0.1.1:40000");

    private static readonly byte[] _servers = Query("194.0.1.1:40000", "4.1.1.1:25");

    [Fact]
    public async Task Without_rules_others_are_heard_and_queries_are_tracked_but_nobody_passes_for_the_router()
    {
        using RouterNetwork network = CreateNetwork();
        using Responder responder = Start(network, _router, Port), other = Start(network, _router, OtherPort);

        await SendFromOutsideAsync(network, _router);

        Assert.True(SpinWait.SpinUntil(() => responder.Counts is { Found: 1, NotFound: 1 }, Patience.Limit)); // the server's, and the one in the proxy's name
        Assert.Equal(2, responder.Counts.Queries);
        Assert.NotEmpty(TrackedQueries(network));
    }

    [Theory]
    [InlineData("README.md", "nft")]
    [InlineData("docs/security.md", "nft")]
    [InlineData("docs/security.md", "sh")]
    public Task With_the_rules_the_proxy_and_the_router_are_answered_and_nobody_else_is_heard(string document, string language) =>
        TryAsync(DocumentedRules.Read(document, language), bound: _router, asked: _router);

    [Theory]
    [InlineData("nft", "ip daddr 194.0.1.1", "fib daddr type local", "ip saddr 194.0.1.1")]
    [InlineData("sh", "-d 194.0.1.1", "-m addrtype --dst-type LOCAL", "-s 194.0.1.1")]
    public Task They_can_be_for_all_addresses(string language, string destination, string anyDestination, string source)
    {
        Assert.All([destination, anyDestination, source], words => Assert.Contains($"`{words}`", _security, StringComparison.Ordinal));
        var rules = DocumentedRules.Read("docs/security.md", language);
        return TryAsync(rules.With(destination, anyDestination).With(source, string.Empty), bound: IPAddress.Any, asked: IPAddress.Parse("4.1.1.254"));
    }

    [Fact]
    public async Task A_firewall_that_drops_by_default_needs_one_more_line()
    {
        const string line = "ip saddr 194.0.22.9 udp dport 114 accept";
        Assert.Contains($"`{line}`", _security, StringComparison.Ordinal);
        using RouterNetwork network = CreateNetwork();
        DocumentedRules.Read("docs/security.md", "nft").Load(network.Router);
        new DocumentedRules("nft", $$"""
            table inet filter {
                chain input {
                    type filter hook input priority filter; policy drop;
                    ct state established,related accept
                    {{line}}
                }
            }
            """).Load(network.Router);
        using Responder responder = Start(network, _router, Port);
        byte[] query = Query("194.0.1.1:10943", "194.0.22.9:9199");

        byte[] reply = await ExchangeAsync(network.Proxy, "194.0.22.9", _router, query);

        Assert.Equal(query[..8], reply[..8]); // magic and cookie
        Assert.Equal(1, responder.Counts.NotFound);
    }

    /// <summary>Loads the rules, and asks from everywhere.</summary>
    private static async Task TryAsync(DocumentedRules rules, IPAddress bound, IPAddress asked)
    {
        using RouterNetwork network = CreateNetwork();
        rules.Load(network.Router);
        using Responder responder = Start(network, bound, Port), other = Start(network, bound, OtherPort);
        using var gateway = new MailGateway(network);

        await SendFromOutsideAsync(network, asked);
        UserConnection[] connections = await gateway.OpenAsync(("10.1.1.1:10943", "4.1.1.1:25"), ("10.1.1.2:10943", "4.1.1.1:25")); // through NAT

        foreach (UserConnection connection in connections)
        {
            byte[] query = QueryDatagram.Query(connection.Source, connection.Destination);
            byte[] found = QueryDatagram.Found(query, connection.User, connection.Server);
            Assert.Equal(found, await SmtpGated.QueryUdpAsync(network.Proxy, connection));
            Assert.Equal(found, await ExchangeAsync(network.Router, "194.0.1.1", _router, query));
        }

        responder.Stop();
        Assert.Equal(4, responder.Counts.Queries);
        Assert.Empty(TrackedQueries(network));
    }

    /// <summary>The four hosts, where nothing but the rules keeps a forged source address out.</summary>
    private static RouterNetwork CreateNetwork()
    {
        RouterNetwork network = RouterNetwork.Create();
        network.Router.Configure("ipv4/conf/all/rp_filter", "0");
        network.Router.Configure("ipv4/conf/internet/rp_filter", "0");
        DaemonOnRouter.Track(network, _masqueraded);
        return network;
    }

    private static Responder Start(RouterNetwork network, IPAddress address, ushort port) => network.Router.Run(() =>
        Responder.Start(new ListenOptions { Addresses = [address], Port = port }, new AnswerRules()));

    /// <summary>Sends queries as the mail server, and in the names of the proxy and of the router; when this returns, they have come.</summary>
    private static async Task SendFromOutsideAsync(RouterNetwork network, IPAddress asked)
    {
        network.Mail.AddAddress("194.0.22.9/32", "lo");
        network.Mail.AddAddress("10.1.1.254/32", "lo");
        Send(network.Mail, "4.1.1.1", asked, _servers);
        Send(network.Mail, "194.0.22.9", asked, Query("194.0.1.1:10943", "194.0.22.9:9199"));
        Send(network.Mail, "10.1.1.254", asked, _servers);

        // The way is there, and what went it before this has come: the server learns who has called it.
        byte[] told = await ExchangeAsync(network.Mail, "4.1.1.1", asked, _servers, OtherPort);
        Assert.Equal(QueryDatagram.Found(_servers, TransportEndPoint.Parse("10.1.1.1:40000"), TransportEndPoint.Parse("4.1.1.1:25")), told);
    }

    private static void Send(NetworkHost host, string source, IPAddress asked, byte[] query)
    {
        using Socket socket = Open(host, source, asked, Port);
        socket.Send(query);
    }

    private static async Task<byte[]> ExchangeAsync(NetworkHost host, string source, IPAddress asked, byte[] query, ushort port = Port)
    {
        using Socket socket = Open(host, source, asked, port);
        return await DaemonOnRouter.ExchangeAsync(socket, query);
    }

    private static Socket Open(NetworkHost host, string source, IPAddress asked, ushort port)
    {
        Socket socket = host.OpenSocket(new IPEndPoint(IPAddress.Parse(source), 0), SocketType.Dgram);
        socket.Connect(asked, port);
        return socket;
    }

    private static byte[] Query(string source, string destination) =>
        QueryDatagram.Query(TransportEndPoint.Parse(source), TransportEndPoint.Parse(destination));

    /// <summary>What the router's conntrack table has of queries and answers.</summary>
    private static ConntrackEntry[] TrackedQueries(RouterNetwork network) => network.Router.Run(() => ConntrackTable.Enumerate()
        .Where(entry => entry.Protocol == IPProtocol.Udp && (entry.OriginalSource.Port == Port || entry.OriginalDestination.Port == Port))
        .ToArray());
}
