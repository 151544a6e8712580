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
        var context = new ServerContext(
            _stop, table ?? ConntrackTable.Open(UdpServer.BatchSize), LocalAddresses.Open(), new ServerTelemetry(Counters, Journal));
        var server = new UdpServer([socket], context, new RuleSet(rules ?? Router.Rules, Limiter: null));
        _thread = new Thread(() =>
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            server.Run();
            Allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            server.Dispose();
        });
        _thread.Start();
    }

    public ServerCounters Counters { get; } = new();

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
