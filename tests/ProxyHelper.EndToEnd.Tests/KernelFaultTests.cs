using System.Diagnostics;
using System.Net.Sockets;
using ProxyHelper.Addresses;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.EndToEnd;

/// <summary>Tests the daemon while the conntrack table changes.</summary>
[Trait("Promise", "table-changes")]
public sealed class KernelFaultTests(PublishedDaemon daemon)
{
    private static readonly byte[] _query = TrackedConnection.Query();

    private static readonly byte[] _found = TrackedConnection.Found(_query);

    [Fact]
    public async Task A_deleted_entry_is_not_found_and_a_new_entry_is_found_at_once()
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, TrackedConnection.Flow);
        using RunningProgram program = await DaemonOnRouter.StartAsync(network, daemon);
        using Socket proxy = DaemonOnRouter.OpenProxySocket(network);
        Assert.Equal(_found, await DaemonOnRouter.ExchangeAsync(proxy, _query));

        Change(network, table => table.Delete(TrackedConnection.Flow));
        AssertNotFound(await DaemonOnRouter.ExchangeAsync(proxy, _query));

        DaemonOnRouter.Track(
            network, ConntrackFlow.Tcp("10.1.1.2:30000", "4.1.1.3:25", "194.0.22.9:9199", "194.0.1.1:3527"));
        byte[] found = QueryDatagram.Found(
            _query, TransportEndPoint.Parse("10.1.1.2:30000"), TransportEndPoint.Parse("4.1.1.3:25"));
        Assert.Equal(found, await DaemonOnRouter.ExchangeAsync(proxy, _query));
    }

    [Fact]
    public async Task A_table_that_is_flushed_repeatedly_gives_no_wrong_reply()
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, TrackedConnection.Flow);
        using RunningProgram program = await DaemonOnRouter.StartAsync(network, daemon);
        using Socket proxy = DaemonOnRouter.OpenProxySocket(network);
        bool isOver = false;
        Task flushing = Task.Run(() => Change(network, table =>
        {
            while (!Volatile.Read(ref isOver))
            {
                table.Flush();
                table.Add(TrackedConnection.Flow);
            }
        }), Patience.Token());
        int found = 0, notFound = 0;
        var clock = Stopwatch.StartNew();
        while (found + notFound < 5000 || ((found == 0 || notFound == 0) && clock.Elapsed < Patience.Limit))
        {
            byte[] reply = await DaemonOnRouter.ExchangeAsync(proxy, _query);
            if (reply.AsSpan().SequenceEqual(_found))
            {
                found++;
            }
            else
            {
                AssertNotFound(reply);
                notFound++;
            }
        }

        Volatile.Write(ref isOver, true);
        await flushing;
        Assert.True(found > 0 && notFound > 0, $"{found} found, {notFound} not found");
    }

    private static void Change(RouterNetwork network, Action<ConntrackFixture> change) => network.Router.Run(() =>
    {
        using ConntrackFixture table = ConntrackFixture.Open();
        change(table);
    });

    private static void AssertNotFound(byte[] reply)
    {
        Assert.Equal(QueryDatagram.Size, reply.Length);
        Assert.Equal(0x22, reply[15]);
    }
}
