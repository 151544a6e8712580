using System.Net;
using System.Net.Sockets;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Server;
using ProxyHelper.Telemetry;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.EndToEnd;

/// <summary>Tests the firewall rules of the documents, which are loaded on the router without a change.</summary>
[Trait("Promise", "firewall-rules")]
public sealed class FirewallRulesTests
{
    private const ushort Port = 114;
    private const ushort OtherPort = 115; // no rule matches this port

    private static readonly IPAddress _router = IPAddress.Parse("194.0.1.1");

    private static readonly string _security = File.ReadAllText(Path.Combine(Repository.Root, "docs/security.md"));

    // The router redirects this connection to the mail server. The responder may tell the mail server its source.
    private static readonly ConntrackFlow _redirected = ConntrackFlow.Tcp(
        "10.1.1.1:40000", "4.1.1.9:25", "4.1.1.1:25", "194.0.1.1:40000");

    private static readonly byte[] _serverQuery = Query("194.0.1.1:40000", "4.1.1.1:25");

    [Fact]
    public async Task Without_rules_other_hosts_are_answered_and_queries_are_tracked()
    {
        using RouterNetwork network = CreateNetwork();
        using Responder responder = Start(network, _router, Port), other = Start(network, _router, OtherPort);

        await SendFromOutsideAsync(network, _router);

        // The query of the mail server, and the query with the forged address of the proxy.
        Assert.True(SpinWait.SpinUntil(() => HasCounts(responder, found: 1, notFound: 1), Patience.Limit));
        Assert.Equal(2, responder.Counts.Queries); // none has the forged address of the router
        Assert.NotEmpty(FindTrackedQueries(network));
    }

    [Theory]
    [InlineData("docs/get-started.md", "nft")]
    [InlineData("docs/router.md", "nft")]
    [InlineData("docs/router.md", "sh")]
    [InlineData("docs/security.md", "nft")]
    [InlineData("docs/security.md", "sh")]
    public Task With_the_rules_only_the_proxy_and_the_router_are_answered(string document, string language) =>
        TestAsync(DocumentedRules.Read(document, language, "notrack"), bound: _router, helper: _router);

    [Theory]
    [InlineData("nft", "ip daddr 194.0.1.1", "fib daddr type local", "ip saddr 194.0.1.1")]
    [InlineData("sh", "-d 194.0.1.1", "-m addrtype --dst-type LOCAL", "-s 194.0.1.1")]
    public Task The_rules_can_apply_to_all_addresses(
        string language, string destination, string anyDestination, string source)
    {
        string[] documented = [destination, anyDestination, source];
        Assert.All(documented, words => Assert.Contains($"`{words}`", _security, StringComparison.Ordinal));
        DocumentedRules rules = DocumentedRules.Read("docs/security.md", language)
            .With(destination, anyDestination).With(source, string.Empty);
        return TestAsync(rules, bound: IPAddress.Any, helper: IPAddress.Parse("4.1.1.254"));
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
        Assert.Equal(1, responder.Counts[Outcome.NotFound]);
    }

    private static bool HasCounts(Responder responder, long found, long notFound)
    {
        ResponderCounts counts = responder.Counts;
        return counts[Outcome.Found] == found && counts[Outcome.NotFound] == notFound;
    }

    /// <summary>Loads the rules and sends queries from each host.</summary>
    private static async Task TestAsync(DocumentedRules rules, IPAddress bound, IPAddress helper)
    {
        using RouterNetwork network = CreateNetwork();
        rules.Load(network.Router);
        using Responder responder = Start(network, bound, Port), other = Start(network, bound, OtherPort);
        using var gateway = new MailGateway(network);

        await SendFromOutsideAsync(network, helper);
        UserConnection[] connections = await gateway.OpenAsync(
            ("10.1.1.1:10943", "4.1.1.1:25"), ("10.1.1.2:10943", "4.1.1.1:25"));

        foreach (UserConnection connection in connections)
        {
            byte[] query = QueryDatagram.Query(connection.Source, connection.Destination);
            byte[] found = QueryDatagram.Found(query, connection.User, connection.Server);
            Assert.Equal(found, await SmtpGated.QueryUdpAsync(network.Proxy, connection));
            Assert.Equal(found, await ExchangeAsync(network.Router, "194.0.1.1", _router, query));
        }

        responder.Stop();
        Assert.Equal(4, responder.Counts.Queries);
        Assert.Empty(FindTrackedQueries(network));
    }

    /// <summary>Creates the four hosts. Only the rules refuse a forged source address.</summary>
    private static RouterNetwork CreateNetwork()
    {
        RouterNetwork network = RouterNetwork.Create();
        network.Router.Configure("ipv4/conf/all/rp_filter", "0");
        network.Router.Configure("ipv4/conf/internet/rp_filter", "0");
        DaemonOnRouter.Track(network, _redirected);
        return network;
    }

    private static Responder Start(RouterNetwork network, IPAddress address, ushort port) => network.Router.Run(() =>
        Responder.Start(new ListenOptions { Addresses = [address], Port = port }, new AnswerRules()));

    /// <summary>
    /// Sends queries from the mail server, and with the forged addresses of the proxy and of the router. Then waits
    /// until the queries have arrived.
    /// </summary>
    private static async Task SendFromOutsideAsync(RouterNetwork network, IPAddress helper)
    {
        network.Mail.AddAddress("194.0.22.9/32", "lo");
        network.Mail.AddAddress("10.1.1.254/32", "lo");
        Send(network.Mail, "4.1.1.1", helper, _serverQuery);
        Send(network.Mail, "194.0.22.9", helper, Query("194.0.1.1:10943", "194.0.22.9:9199"));
        Send(network.Mail, "10.1.1.254", helper, _serverQuery);

        // This reply proves that the route works and that the earlier queries have arrived.
        byte[] reply = await ExchangeAsync(network.Mail, "4.1.1.1", helper, _serverQuery, OtherPort);
        byte[] found = QueryDatagram.Found(
            _serverQuery, TransportEndPoint.Parse("10.1.1.1:40000"), TransportEndPoint.Parse("4.1.1.9:25"));
        Assert.Equal(found, reply);
    }

    private static void Send(NetworkHost host, string source, IPAddress helper, byte[] query)
    {
        using Socket socket = Open(host, source, helper, Port);
        socket.Send(query);
    }

    private static async Task<byte[]> ExchangeAsync(
        NetworkHost host, string source, IPAddress helper, byte[] query, ushort port = Port)
    {
        using Socket socket = Open(host, source, helper, port);
        return await DaemonOnRouter.ExchangeAsync(socket, query);
    }

    private static Socket Open(NetworkHost host, string source, IPAddress helper, ushort port)
    {
        Socket socket = host.OpenSocket(new IPEndPoint(IPAddress.Parse(source), 0), SocketType.Dgram);
        socket.Connect(helper, port);
        return socket;
    }

    private static byte[] Query(string source, string destination) =>
        QueryDatagram.Query(TransportEndPoint.Parse(source), TransportEndPoint.Parse(destination));

    /// <summary>Returns the conntrack entries of queries on the router.</summary>
    private static ConntrackEntry[] FindTrackedQueries(RouterNetwork network) => network.Router.Run(
        () => ConntrackTable.Enumerate().Where(entry => entry.Protocol == IPProtocol.Udp
            && (entry.OriginalSource.Port == Port || entry.OriginalDestination.Port == Port)).ToArray());
}
