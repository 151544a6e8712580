using System.Net;
using System.Net.Sockets;
using ProxyHelper.Addresses;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.EndToEnd;

/// <summary>What can happen to a daemon's sockets and addresses; after it, the same daemon answers right.</summary>
public sealed class SocketFaultTests(PublishedDaemon daemon)
{
    private static readonly IPEndPoint _daemon = IPEndPoint.Parse("194.0.1.1:114");

    private static readonly ConntrackFlow _flow = ConntrackFlow.Tcp(
        "10.1.1.1:20000", "4.1.1.2:25", "194.0.22.9:9199", "194.0.1.1:3527");

    private static readonly byte[] _query = QueryDatagram.Query(TransportEndPoint.Parse("194.0.1.1:3527"), TransportEndPoint.Parse("194.0.22.9:9199"));

    [Fact]
    public Task Askers_that_have_gone_when_the_answer_comes() => AssertAnswersAfterAsync(network =>
    {
        for (int i = 0; i < 2000; i++)
        {
            using Socket asker = network.Proxy.OpenSocket(IPEndPoint.Parse("194.0.22.9:0"), SocketType.Dgram);
            asker.SendTo(_query, _daemon); // closed at once: "port unreachable" comes back to the daemon
        }
    });

    [Fact]
    public Task Datagrams_of_every_size_whole_and_in_fragments() => AssertAnswersAfterAsync(network =>
    {
        using Socket asker = network.Proxy.OpenSocket(IPEndPoint.Parse("194.0.22.9:0"), SocketType.Dgram);
        foreach (int length in (int[])[0, 1, 65, 67, 128, 129, 1472, 1473, 9000, 65_507])
        {
            asker.SendTo([.. _query, .. new byte[65_507]], 0, length, SocketFlags.None, _daemon);
        }

        Assert.False(asker.Poll(0, SelectMode.SelectRead));
    });

    [Fact]
    public async Task A_query_that_comes_in_fragments_and_an_answer_that_goes_in_fragments()
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, _flow);
        using RunningProgram program = await DaemonOnRouter.StartAsync(network, daemon);
        Tool.Run("ip", "-n", network.Proxy.Name, "link", "set", "uplink", "mtu", "68");
        Tool.Run("ip", "-n", network.Router.Name, "link", "set", "proxies", "mtu", "68");
        await AssertAnswersAsync(network);
    }

    [Fact]
    public Task The_interface_goes_down_and_comes_back() => AssertAnswersAfterAsync(network =>
    {
        Tool.Run("ip", "-n", network.Router.Name, "link", "set", "proxies", "down");
        using (Socket asker = network.Router.OpenSocket(IPEndPoint.Parse("194.0.1.1:0"), SocketType.Dgram))
        {
            asker.SendTo(_query, _daemon); // it goes on by the loopback interface
            Assert.True(asker.Poll(Patience.Limit, SelectMode.SelectRead));
        }

        Tool.Run("ip", "-n", network.Router.Name, "link", "set", "proxies", "up");
    });

    [Fact]
    public Task Its_address_is_removed_and_put_back() => AssertAnswersAfterAsync(network =>
    {
        Tool.Run("ip", "-n", network.Router.Name, "address", "del", "194.0.1.1/32", "dev", "lo");
        using (Socket asker = network.Proxy.OpenSocket(IPEndPoint.Parse("194.0.22.9:0"), SocketType.Dgram))
        {
            asker.SendTo(_query, _daemon);
        }

        Tool.Run("ip", "-n", network.Router.Name, "address", "add", "194.0.1.1/32", "dev", "lo");
    });

    [Fact]
    public Task No_route_leads_back_to_the_asker() => AssertAnswersAfterAsync(network =>
    {
        Tool.Run("ip", "-n", network.Router.Name, "route", "add", "blackhole", "194.0.22.9/32");
        using (Socket asker = network.Proxy.OpenSocket(IPEndPoint.Parse("194.0.22.9:0"), SocketType.Dgram))
        {
            for (int i = 0; i < 100; i++)
            {
                asker.SendTo(_query, _daemon);
            }
        }

        Tool.Run("ip", "-n", network.Router.Name, "route", "del", "blackhole", "194.0.22.9/32");
    });

    private async Task AssertAnswersAfterAsync(Action<RouterNetwork> trouble)
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, _flow);
        using RunningProgram program = await DaemonOnRouter.StartAsync(network, daemon);
        await AssertAnswersAsync(network);
        int descriptors = ProcessState.Descriptors(program.Id);

        trouble(network);

        await AssertAnswersAsync(network);
        Assert.Equal(descriptors, ProcessState.Descriptors(program.Id));
    }

    private static async Task AssertAnswersAsync(RouterNetwork network)
    {
        using Socket asker = DaemonOnRouter.OpenAsker(network);
        Assert.Equal(
            QueryDatagram.Found(_query, TransportEndPoint.Parse("10.1.1.1:20000"), TransportEndPoint.Parse("4.1.1.2:25")),
            await DaemonOnRouter.ExchangeAsync(asker, _query));
    }
}
