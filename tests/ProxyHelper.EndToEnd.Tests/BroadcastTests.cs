using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Xunit;

namespace ProxyHelper.EndToEnd;

/// <summary>
/// Tests that a query to a broadcast or multicast address gets no reply, and that no such address can be configured.
/// </summary>
[Trait("Promise", "no-broadcast")]
public sealed class BroadcastTests(PublishedDaemon daemon)
{
    private const StringComparison Exact = StringComparison.Ordinal;
    private const string Own =
        "The addresses of this host are 127.0.0.1, 194.0.1.1, 10.1.1.254, 194.0.22.254, 4.1.1.254.";

    private static readonly byte[] _query = TrackedConnection.Query();

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    public async Task A_query_to_a_broadcast_or_multicast_address_is_counted_once_and_gets_no_reply(string workers)
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, TrackedConnection.Flow);
        using RunningProgram program = DaemonOnRouter.Begin(
            network, daemon, "-I", "0.0.0.0", "--workers", workers, "--allow", "194.0.22.0/24", "--max-delay", "60");
        await program.AwaitAsync("Listening on UDP 0.0.0.0:114");
        using Socket proxy = Open(network.Proxy, "194.0.22.9");
        using Socket user = Open(network.User, "10.1.1.1");

        proxy.SendTo(_query, IPEndPoint.Parse("255.255.255.255:114")); // every host of the link
        proxy.SendTo(_query, IPEndPoint.Parse("194.0.22.255:114")); // every host of the subnet
        proxy.SendTo(_query, IPEndPoint.Parse("224.0.0.1:114")); // every host that knows multicast
        user.SendTo(_query, IPEndPoint.Parse("194.0.22.255:114")); // a subnet of others

        // The sockets receive datagrams from every address. The next reply is that to the query to one address.
        await proxy.SendToAsync(_query, IPEndPoint.Parse("194.0.22.254:114"), Patience.Token());
        byte[] reply = new byte[256];
        SocketReceiveFromResult received = await proxy.ReceiveFromAsync(
            reply, new IPEndPoint(IPAddress.Any, 0), Patience.Token());
        Assert.Equal("194.0.22.254:114", $"{received.RemoteEndPoint}");
        byte[] found = TrackedConnection.Found(_query);
        Assert.Equal(found, reply[..received.ReceivedBytes]);
        program.Signal(PosixSignal.SIGTERM);
        Assert.Equal(0, await program.ExitAsync());
        Assert.Contains("5 queries, 1 found, 0 not found, 0 failed look-ups, 4 refused", program.Output, Exact);
        Assert.Contains("Refused a query from 194.0.22.9 to a broadcast or multicast address", program.Output, Exact);
        Assert.False(proxy.Poll(0, SelectMode.SelectRead));
        Assert.False(user.Poll(0, SelectMode.SelectRead));
    }

    [Theory]
    [InlineData("address = 255.255.255.255", $"255.255.255.255, which is a broadcast address. {Own}")]
    [InlineData("address = 194.0.22.255", $"194.0.22.255, which is a broadcast address. {Own}")]
    [InlineData("address = 224.0.0.5", $"224.0.0.5, which is a multicast address. {Own}")]
    [InlineData("address = 239.255.255.255", $"239.255.255.255, which is a multicast address. {Own}")]
    [InlineData("address = 0.0.0.1", $"0.0.0.1, which is an unspecified address. {Own}")]
    [InlineData("metrics = 194.0.22.255:9114", $"194.0.22.255, which is a broadcast address. {Own}")]
    [InlineData("metrics = 224.0.0.1:9114", $"224.0.0.1, which is a multicast address. {Own}")]
    [InlineData("allow = 0.0.0.0", "0.0.0.0 is an unspecified address, which no client has. 0.0.0.0/0 allows")]
    [InlineData("trust = 0.0.0.0", "which no client has. 0.0.0.0/0 allows everyone.")]
    [InlineData("allow = 0.1.0.0/16", "0.1.0.0/16 is an unspecified address, which no client has.")]
    [InlineData("allow = 255.255.255.255", "255.255.255.255 is a broadcast address, which no client has.")]
    [InlineData("trust = 224.0.0.0/4", "224.0.0.0/4 is a multicast address, which no client has.")]
    [InlineData("allow = 194.0.22.255", "194.0.22.255 is the broadcast address of a local subnet")]
    [InlineData("trust = 10.1.1.255", "10.1.1.255 is the broadcast address of a local subnet, which no client has.")]
    public async Task An_address_that_no_host_has_is_refused_everywhere(string setting, string reason)
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, TrackedConnection.Flow);
        string file = daemon.NewPath();
        string[] option = setting.Split(" = ");
        await File.WriteAllTextAsync(file, "address = 194.0.1.1\n", Patience.Token());
        using RunningProgram program = DaemonOnRouter.Begin(network, daemon, "-c", file);
        await program.AwaitAsync("Listening on UDP 194.0.1.1:114");

        string[] start = ["-I", "194.0.1.1", "--allow-absent-address", $"--{option[0]}", option[1]];
        await AssertInvalidAsync(network, reason, start);
        await AssertInvalidAsync(network, reason, [.. start, "--check"]);
        await File.WriteAllTextAsync(file, $"address = 194.0.1.1\n{setting}\n", Patience.Token());
        await AssertInvalidAsync(network, reason, "-c", file);
        program.Signal(PosixSignal.SIGHUP);

        await program.AwaitAsync("The configuration was not reloaded, and the previous settings stay in force.");
        Assert.Contains(reason, program.Output, Exact);
        using Socket proxy = DaemonOnRouter.OpenProxySocket(network);
        Assert.Equal(0x12, (await DaemonOnRouter.ExchangeAsync(proxy, _query))[15]);
    }

    [Theory]
    [InlineData("--allow", "0.0.0.0/0")]
    [InlineData("--allow", "128.0.0.0/1")] // also has addresses of hosts
    [InlineData("--trust", "194.0.22.254/31")] // also has an address of a host
    [InlineData("--allow", "223.255.255.255")]
    [InlineData("--metrics", "0.0.0.0:9114")]
    public async Task An_address_or_prefix_with_a_host_is_accepted(string option, string value)
    {
        using var network = RouterNetwork.Create();
        using RunningProgram program = await DaemonOnRouter.StartAsync(network, daemon, option, value);
        program.Signal(PosixSignal.SIGTERM);
        Assert.Equal(0, await program.ExitAsync());
    }

    private async Task AssertInvalidAsync(RouterNetwork network, string reason, params string[] arguments)
    {
        using RunningProgram invalid = DaemonOnRouter.Begin(network, daemon, arguments);
        Assert.Equal(2, await invalid.ExitAsync());
        Assert.Contains(reason, invalid.Output, Exact);
        Assert.Single(invalid.Output.Trim().Split('\n'), line => !line.StartsWith("usage: ", Exact));
    }

    private static Socket Open(NetworkHost host, string address)
    {
        Socket socket = host.OpenSocket(IPEndPoint.Parse($"{address}:0"), SocketType.Dgram);
        socket.EnableBroadcast = true;
        return socket;
    }
}
