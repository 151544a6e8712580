using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using ProxyHelper.Addresses;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.EndToEnd;

/// <summary>
/// Tests that a server cannot ask who its client is if the router only masquerades the client, with real connections
/// over three hosts.
/// </summary>
[Trait("Promise", "translated-only")]
public sealed class MasqueradedUserTests(PublishedDaemon daemon)
{
    private const string Server = "4.1.1.1";
    private const string Masquerade = "table ip nat { chain post { type nat hook postrouting priority srcnat; "
        + "oifname internet masquerade; }; chain pre { type nat hook prerouting priority dstnat; }; }";
    private const byte Found = 0x12, NotFound = 0x22; // the low byte of the flags of a reply

    private static readonly IPEndPoint _helper = IPEndPoint.Parse("4.1.1.254:114");

    private static readonly TransportEndPoint _user = TransportEndPoint.Parse("10.1.1.1:10943");

    [Theory]
    [InlineData(NotFound)]
    [InlineData(NotFound, "--allow", "4.1.1.0/24")] // an allowed proxy may not ask about all connections
    [InlineData(Found, "--trust", Server)]
    public async Task A_curious_server_does_not_learn_its_client(byte expected, params string[] arguments)
    {
        using RouterNetwork network = Create(Masquerade);
        using RunningProgram program = await StartAsync(network, arguments);
        using Visit visit = await Visit.MakeAsync(network, "4.1.1.1:8080", "4.1.1.1:8080");
        Assert.Equal("4.1.1.254", visit.Source.Address); // the user is behind the router's address

        byte[] overUdp = await AskUdpAsync(network.Mail, Server, visit);
        string overTcp = await AskTcpAsync(network.Mail, Server, visit);

        AssertReply(expected, visit, overUdp, overTcp, visit.Server);
        await AssertCountsAsync(program, $"2 queries, {(expected == Found ? "2 found, 0" : "0 found, 2")} not found");
    }

    [Fact]
    public async Task The_router_itself_learns_about_every_connection()
    {
        using RouterNetwork network = Create(Masquerade);
        using RunningProgram program = await StartAsync(network);
        using Visit visit = await Visit.MakeAsync(network, "4.1.1.1:8080", "4.1.1.1:8080");

        foreach (string address in (string[])["4.1.1.254", "194.0.1.1", "127.0.0.1"])
        {
            byte[] overUdp = await AskUdpAsync(network.Router, address, visit);
            Assert.Equal(QueryDatagram.Found(visit.Query, _user, visit.Server), overUdp);
        }
    }

    [Theory]
    [InlineData("")] // a connection without NAT
    [InlineData(Masquerade)]
    public async Task A_connection_straight_to_the_proxy_has_no_other_destination(string rules)
    {
        using RouterNetwork network = Create(rules);
        using RunningProgram program = await StartAsync(network);
        using Visit visit = await Visit.MakeAsync(network, "4.1.1.1:9199", "4.1.1.1:9199");

        byte[] overUdp = await AskUdpAsync(network.Mail, Server, visit);

        Assert.Equal(NotFound, overUdp[15]);
    }

    [Theory]
    [InlineData("4.1.1.9:9199", "ip daddr 4.1.1.9 dnat to 4.1.1.1")] // another address
    [InlineData("4.1.1.1:25", "tcp dport 25 dnat to 4.1.1.1:9199")] // another port
    [InlineData("4.1.1.9:25", "tcp dport 25 dnat to 4.1.1.1:9199")]
    public async Task A_translated_destination_is_found(string asked, string rule)
    {
        using RouterNetwork network = Create(Masquerade);
        network.Router.Run(() => Tool.Run("nft", $"add rule ip nat pre {rule}"));
        using RunningProgram program = await StartAsync(network);
        using Visit visit = await Visit.MakeAsync(network, asked, "4.1.1.1:9199");

        byte[] overUdp = await AskUdpAsync(network.Mail, Server, visit);
        string overTcp = await AskTcpAsync(network.Mail, Server, visit);

        AssertReply(Found, visit, overUdp, overTcp, TransportEndPoint.Parse(asked));
    }

    private static RouterNetwork Create(string rules)
    {
        var network = RouterNetwork.Create();
        network.Router.Run(() => Tool.Run("nft", $"flush ruleset; {rules}"));
        if (rules.Length == 0)
        {
            // Without a rule that uses conntrack, the kernel tracks nothing.
            network.Router.Run(() => Tool.Run(
                "nft", "table ip t { chain c { type filter hook forward priority 0; ct state new accept; }; }"));
        }

        return network;
    }

    private Task<RunningProgram> StartAsync(RouterNetwork network, params string[] arguments) =>
        DaemonOnRouter.StartAsync(network, daemon, ["-I", "4.1.1.254", "--tcp-port", "114", .. arguments]);

    private static async Task<byte[]> AskUdpAsync(NetworkHost host, string address, Visit visit)
    {
        using Socket socket = host.OpenSocket(IPEndPoint.Parse($"{address}:0"), SocketType.Dgram);
        socket.Connect(_helper);
        return await DaemonOnRouter.ExchangeAsync(socket, visit.Query);
    }

    private static async Task<string> AskTcpAsync(NetworkHost host, string address, Visit visit)
    {
        using Socket socket = host.OpenSocket(IPEndPoint.Parse($"{address}:0"), SocketType.Stream);
        await socket.ConnectAsync(_helper, Patience.Token());
        string line = $"{visit.Source.Port} , {visit.Destination.Port}\r\n";
        await socket.SendAsync(Encoding.ASCII.GetBytes(line), Patience.Token());
        return await UserConnection.ReadToEndAsync(socket);
    }

    private static void AssertReply(
        byte expected, Visit visit, byte[] overUdp, string overTcp, TransportEndPoint destination)
    {
        string ports = $"{visit.Source.Port} , {visit.Destination.Port}";
        Assert.Equal(expected, overUdp[15]);
        if (expected == Found)
        {
            Assert.Equal(QueryDatagram.Found(visit.Query, _user, destination), overUdp);
            Assert.Equal($"{ports} : ORIGIN : {destination.Address} : {destination.Port} : 10.1.1.1\r\n", overTcp);
        }
        else
        {
            Assert.Equal(visit.Query[16..], overUdp[16..]); // only the ends of the query
            Assert.Equal($"{ports} : ERROR : NO-USER\r\n", overTcp);
        }
    }

    private static async Task AssertCountsAsync(RunningProgram program, string counts)
    {
        program.Signal(PosixSignal.SIGTERM);
        Assert.Equal(0, await program.ExitAsync());
        Assert.Contains($"Counters since the start: {counts}", program.Output, StringComparison.Ordinal);
    }

    /// <summary>Represents a connection of the user that a server accepted.</summary>
    /// <param name="Server">The destination to which the user connected.</param>
    /// <param name="Source">The source that the server sees.</param>
    /// <param name="Destination">The end point at which the server accepted.</param>
    /// <param name="Sockets">The sockets of the connection.</param>
    private sealed record Visit(
        TransportEndPoint Server, TransportEndPoint Source, TransportEndPoint Destination, Socket[] Sockets)
        : IDisposable
    {
        public byte[] Query => QueryDatagram.Query(Source, Destination);

        public static async Task<Visit> MakeAsync(RouterNetwork network, string asked, string accepting)
        {
            Socket listener = network.Mail.OpenSocket(IPEndPoint.Parse(accepting), SocketType.Stream);
            listener.Listen();
            Socket user = network.User.OpenSocket(_user.ToIPEndPoint(), SocketType.Stream);
            await user.ConnectAsync(IPEndPoint.Parse(asked), Patience.Token());
            Socket accepted = await listener.AcceptAsync(Patience.Token());
            return new Visit(
                TransportEndPoint.Parse(asked),
                TransportEndPoint.Parse($"{accepted.RemoteEndPoint}"),
                TransportEndPoint.Parse($"{accepted.LocalEndPoint}"),
                [listener, user, accepted]);
        }

        public void Dispose() => Array.ForEach(Sockets, socket => socket.Dispose());
    }
}
