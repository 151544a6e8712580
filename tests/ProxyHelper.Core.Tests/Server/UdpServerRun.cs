using ProxyHelper.Conntrack;
using ProxyHelper.Linux;
using ProxyHelper.Netlink;
using ProxyHelper.Server;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Tests.Server;

/// <summary>Runs a UDP server on its own thread.</summary>
internal sealed class UdpServerRun : IDisposable
{
    private readonly EventSignal _stop = EventSignal.Create();
    private readonly Thread _thread;

    /// <summary>Starts the server, which disposes of the socket and the table when it ends.</summary>
    public UdpServerRun(QuerySocket socket, ConntrackTable? table = null, AnswerRules? rules = null)
    {
        var context = new ServerContext(
            _stop,
            table ?? ConntrackTable.Open(UdpServer.BatchSize),
            LocalAddresses.Open(),
            new ServerTelemetry(Counters, Journal));
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

    /// <summary>Gets the number of bytes that the thread has allocated. Valid after the end.</summary>
    public long Allocated { get; private set; }

    public void Dispose()
    {
        _stop.Set();
        _thread.Join();
        _stop.Dispose();
    }
}
