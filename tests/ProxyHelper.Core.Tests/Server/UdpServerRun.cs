using ProxyHelper.Conntrack;
using ProxyHelper.Linux;
using ProxyHelper.Netlink;
using ProxyHelper.Server;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Tests.Server;

/// <summary>A worker on a thread of its own, until it is disposed of.</summary>
internal sealed class UdpServerRun : IDisposable
{
    private readonly EventSignal _stop = EventSignal.Create();
    private readonly Thread _thread;

    /// <summary>Starts it. It closes the socket and the table when it ends.</summary>
    public UdpServerRun(QuerySocket socket, ConntrackTable? table = null, AnswerRules? rules = null)
    {
        var worker = new UdpServer(
            [socket],
            table ?? ConntrackTable.Open(UdpServer.BatchSize),
            LocalAddresses.Open(),
            _stop,
            limiter: null,
            rules ?? Router.Rules,
            Counters,
            Journal);
        _thread = new Thread(() =>
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            worker.Run();
            Allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            worker.Dispose();
        });
        _thread.Start();
    }

    public ResponderCounters Counters { get; } = new();

    public ResponderJournal Journal { get; } = new();

    /// <summary>How many bytes its thread has allocated, when it has ended.</summary>
    public long Allocated { get; private set; }

    public void Dispose()
    {
        _stop.Set();
        _thread.Join();
        _stop.Dispose();
    }
}
