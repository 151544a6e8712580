using System.Net;
using System.Net.Sockets;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.EndToEnd;

/// <summary>Tests faults of sockets and addresses. After each fault the same daemon answers correctly.</summary>
[Trait("Promise", "socket-faults")]
public sealed class SocketFaultTests(PublishedDaemon daemon)
{
    private static readonly IPEndPoint _daemon = IPEndPoint.Parse("194.0.1.1:114");

    private static readonly byte[] _query = TrackedConnection.Query();

    [Fact]
    public Task The_proxy_closes_its_socket_before_the_reply_arrives() => AssertAnswersAfterAsync(network =>
    {
        for (int i = 0; i < 2000; i++)
        {
            using Socket proxy = network.Proxy.OpenSocket(IPEndPoint.Parse("194.0.22.9:0"), SocketType.Dgram);
            proxy.SendTo(_query, _daemon); // the closed socket makes the proxy send "port unreachable"
        }
    });

    [Fact]
    public Task Datagrams_have_every_size_and_some_are_fragmented() => AssertAnswersAfterAsync(network =>
    {
        using Socket proxy = network.Proxy.OpenSocket(IPEndPoint.Parse("194.0.22.9:0"), SocketType.Dgram);
        foreach (int length in (int[])[0, 1, 65, 67, 128, 129, 1472, 1473, 9000, 65_507])
        {
            proxy.SendTo([.. _query, .. new byte[65_507]], 0, length, SocketFlags.None, _daemon);
        }

        Assert.False(proxy.Poll(0, SelectMode.SelectRead));
    });

    [Fact]
    public async Task A_fragmented_query_gets_a_fragmented_reply()
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, TrackedConnection.Flow);
        using RunningProgram program = await DaemonOnRouter.StartAsync(network, daemon);
        Tool.Run("ip", "-n", network.Proxy.Name, "link", "set", "uplink", "mtu", "68");
        Tool.Run("ip", "-n", network.Router.Name, "link", "set", "proxies", "mtu", "68");
        await DaemonOnRouter.AssertAnswersAsync(network);
    }

    [Fact]
    public Task The_interface_goes_down_and_up() => AssertAnswersAfterAsync(network =>
    {
        Tool.Run("ip", "-n", network.Router.Name, "link", "set", "proxies", "down");
        using (Socket proxy = network.Router.OpenSocket(IPEndPoint.Parse("194.0.1.1:0"), SocketType.Dgram))
        {
            proxy.SendTo(_query, _daemon); // the loopback interface carries the query
            Assert.True(proxy.Poll(Patience.Limit, SelectMode.SelectRead));
        }

        Tool.Run("ip", "-n", network.Router.Name, "link", "set", "proxies", "up");
    });

    [Fact]
    [Trait("Promise", "address-changes")]
    public Task The_address_is_removed_and_added_again() => AssertAnswersAfterAsync(network =>
    {
        Tool.Run("ip", "-n", network.Router.Name, "address", "del", "194.0.1.1/32", "dev", "lo");
        using (Socket proxy = network.Proxy.OpenSocket(IPEndPoint.Parse("194.0.22.9:0"), SocketType.Dgram))
        {
            proxy.SendTo(_query, _daemon);
        }

        Tool.Run("ip", "-n", network.Router.Name, "address", "add", "194.0.1.1/32", "dev", "lo");
    });

    [Fact]
    public Task The_route_to_the_proxy_is_a_black_hole() => AssertAnswersAfterAsync(network =>
    {
        Tool.Run("ip", "-n", network.Router.Name, "route", "add", "blackhole", "194.0.22.9/32");
        using (Socket proxy = network.Proxy.OpenSocket(IPEndPoint.Parse("194.0.22.9:0"), SocketType.Dgram))
        {
            for (int i = 0; i < 100; i++)
            {
                proxy.SendTo(_query, _daemon);
            }
        }

        Tool.Run("ip", "-n", network.Router.Name, "route", "del", "blackhole", "194.0.22.9/32");
    });

    private async Task AssertAnswersAfterAsync(Action<RouterNetwork> fault)
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, TrackedConnection.Flow);
        using RunningProgram program = await DaemonOnRouter.StartAsync(network, daemon);
        await DaemonOnRouter.AssertAnswersAsync(network);
        int descriptors = ProcessState.Descriptors(program.Id);

        fault(network);

        await DaemonOnRouter.AssertAnswersAsync(network);
        Assert.Equal(descriptors, ProcessState.Descriptors(program.Id));
    }
}
