using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using ProxyHelper.TestSupport;
using ProxyHelper.TestSupport.Pair;
using Xunit;

namespace ProxyHelper.EndToEnd.Pair;

/// <summary>Tests the shipped packet rules and the hold of router a with packets, without the other router.</summary>
public sealed partial class PairRulesTests : IAsyncLifetime
{
    private const string MailServer = "203.0.113.5";
    private const string SnatAddress = "194.0.3.1";

    private readonly PairRouter _files = new();
    private readonly HostNetwork _network = HostNetwork.Create();
    private readonly NetworkHost _router, _users, _proxy;

    public PairRulesTests()
    {
        _router = _network.AddRouter("router");
        _users = _network.AddHost("users");
        _proxy = _network.AddHost("proxy");
        HostNetwork.Connect(_router, "users", _users, "eth0");
        HostNetwork.Connect(_router, "proxies", _proxy, "eth0");
        Array.ForEach(["10.1.0.1/16", "10.1.0.2/16"], address => _router.AddAddress(address, "users"));
        Array.ForEach(["194.0.22.1/24", "194.0.3.1/32"], address => _router.AddAddress(address, "proxies"));
        Array.ForEach(["10.1.1.1/16", "10.1.0.3/16", "10.1.9.9/16"], address => _users.AddAddress(address, "eth0"));
        _proxy.AddAddress("194.0.22.9/24", "eth0");
        _users.AddRoute("default", "10.1.0.1");
        _proxy.AddRoute("default", "194.0.22.1");
    }

    public async ValueTask InitializeAsync()
    {
        (int status, string output) = await _files.InstallAsync();
        Assert.True(status == 0, output);
        Load("rules.nft");
    }

    public ValueTask DisposeAsync()
    {
        _network.Dispose();
        _files.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_mail_connection_gets_a_port_of_the_router()
    {
        using Socket smtp = Listen(_proxy, "194.0.22.9", 9199);
        using Socket user = OpenTcp(_users, "10.1.1.1");
        await user.ConnectAsync(MailServer, 25, Patience.Token());
        using Socket accepted = await smtp.AcceptAsync(Patience.Token());

        var source = (IPEndPoint)accepted.RemoteEndPoint!;
        Assert.Equal(IPAddress.Parse(SnatAddress), source.Address);
        Assert.InRange(source.Port, 1024, 32767);
    }

    [Theory]
    [InlineData(MailServer)]
    [InlineData("10.1.0.2")] // the rule for mail connections translates this destination too
    public async Task The_hold_stops_mail_and_lets_queries_and_the_routers_own_services_pass(string server)
    {
        Load("hold.nft");
        using Socket smtp = Listen(_proxy, "194.0.22.9", 9199);
        using Socket user = OpenTcp(_users, "10.1.1.1");
        Task connecting = user.ConnectAsync(server, 25, Patience.Token()).AsTask();
        await AwaitDropAsync("proxy_helper_hold", "arriving");
        Assert.DoesNotContain("dport=25 ", ReadEntries(), StringComparison.Ordinal);

        await AssertQueryPassesAsync();
        await AssertReachesRouterAsync("10.1.0.2");

        // The user's program repeats its packet.
        _router.LoadRules("table inet proxy_helper_hold; delete table inet proxy_helper_hold");
        await connecting;
        using Socket accepted = await smtp.AcceptAsync(Patience.Token());
    }

    [Fact]
    public async Task Without_its_entry_a_mail_connection_stalls_and_a_connection_to_the_router_goes_on()
    {
        using Socket smtp = Listen(_proxy, "194.0.22.9", 9199), ssh = Listen(_router, "10.1.0.2", 22);
        using Socket mail = OpenTcp(_users, "10.1.1.1"), login = OpenTcp(_users, "10.1.1.1");
        await mail.ConnectAsync(MailServer, 25, Patience.Token());
        await login.ConnectAsync("10.1.0.2", 22, Patience.Token());
        using Socket session = await ssh.AcceptAsync(Patience.Token());
        _router.Run(() => Tool.Run("conntrack", "-F"));

        await mail.SendAsync("HELO"u8.ToArray(), Patience.Token());
        await AwaitDropAsync("proxy_helper_pair", "unknown");
        await login.SendAsync("x"u8.ToArray(), Patience.Token());

        Assert.Equal(1, await session.ReceiveAsync(new byte[10], Patience.Token()));
        Assert.DoesNotContain("dport=25 ", ReadEntries(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_packet_to_the_snat_address_without_an_entry_gets_no_reset()
    {
        using Socket proxy = OpenTcp(_proxy, "194.0.22.9");
        Task connecting = proxy.ConnectAsync(SnatAddress, 40000, Patience.Token()).AsTask();

        await AwaitDropAsync("proxy_helper_pair", "arriving");

        // A reset would come before the answer to this query.
        await AssertQueryPassesAsync();
        Assert.False(connecting.IsCompleted);
    }

    [Fact]
    public async Task Vrrp_from_a_host_that_is_no_router_is_dropped()
    {
        SendVrrp("10.1.0.3"); // the address of the other router
        SendVrrp("10.1.9.9");

        string chain = await AwaitDropAsync("proxy_helper_pair", "arriving");

        Assert.Contains("10.1.0.3 } counter packets 1 bytes", chain, StringComparison.Ordinal);
    }

    private static Socket Listen(NetworkHost host, string address, int port)
    {
        Socket socket = host.OpenSocket(new IPEndPoint(IPAddress.Parse(address), port), SocketType.Stream);
        socket.Listen();
        return socket;
    }

    private static Socket OpenTcp(NetworkHost host, string address) =>
        host.OpenSocket(new IPEndPoint(IPAddress.Parse(address), 0), SocketType.Stream);

    private void SendVrrp(string source) => _users.Run(() =>
    {
        const byte Vrrp = 112;
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Raw);
        byte[] to = [10, 1, 0, 2];
        byte[] from = IPAddress.Parse(source).GetAddressBytes();
        byte[] header = [0x45, 0, 0, 0, 0, 0, 0, 0, 255, Vrrp, 0, 0, .. from, .. to];
        socket.SendTo([.. header, .. new byte[8]], new IPEndPoint(new IPAddress(to), 0));
    });

    private void Load(string file) => _router.Run(
        () => Tool.Run("nft", "-f", _files.Installed($"/etc/proxy-helper-pair/{file}")));

    private string ReadEntries() => _router.Run(() => Tool.Run("conntrack", "-L"));

    /// <summary>Waits until a chain has dropped a packet, and returns the chain.</summary>
    private async Task<string> AwaitDropAsync(string table, string chain)
    {
        string text = string.Empty;
        await Until.HoldsAsync($"the chain {chain} has dropped a packet", () =>
        {
            text = _router.Run(() => Tool.Run("nft", "list", "chain", "inet", table, chain));
            return Drops().IsMatch(text);
        });
        return text;
    }

    private async Task AssertQueryPassesAsync()
    {
        var helper = new IPEndPoint(IPAddress.Parse(SnatAddress), 114);
        using Socket server = _router.OpenSocket(helper, SocketType.Dgram);
        using Socket proxy = _proxy.OpenSocket(new IPEndPoint(IPAddress.Parse("194.0.22.9"), 0), SocketType.Dgram);
        await proxy.SendToAsync("query"u8.ToArray(), helper, Patience.Token());
        Assert.Equal(5, await server.ReceiveAsync(new byte[10], Patience.Token()));
    }

    private async Task AssertReachesRouterAsync(string address)
    {
        using Socket service = Listen(_router, address, 22);
        using Socket user = OpenTcp(_users, "10.1.1.1");
        await user.ConnectAsync(address, 22, Patience.Token());
    }

    [GeneratedRegex(@"counter packets [1-9]\d* bytes \d+ drop")]
    private static partial Regex Drops();
}
