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
    public UdpServerRun(
        QuerySocket socket, ConntrackTable? table = null, AnswerRules? rules = null, Clock? clock = null)
    {
        var reader = new AddressReader(NetlinkSocket.Open);
        LocalAddresses local = LocalAddresses.Open(reader, Clock.System);
        var context = new ServerContext(_stop, local, new ServerTelemetry(Counters, Journal))
        {
            Table = table ?? ConntrackTable.Open(UdpServer.BatchSize),
            Watch = AppearanceWatch.Open(reader),
            Clock = clock ?? Clock.System,
        };
        var server = new UdpServer([socket], context, new RuleSet(rules ?? Router.Rules, Limiter: null));
        ChangeRules = changed => server.ChangeRules(new RuleSet(changed, Limiter: null));
        _thread = new Thread(() =>
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            server.Run();
            Allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            server.Dispose();
        });
        _thread.Start();
    }

    /// <summary>Gets the method that replaces the rules.</summary>
    public Action<AnswerRules> ChangeRules { get; }

    public ServerCounters Counters { get; } = new();

    public ResponderJournal Journal { get; } = new();

    /// <summary>Gets the number of bytes that the thread has allocated. Valid after the end.</summary>
    public long Allocated { get; private set; }

    /// <summary>Stops the server and waits for its end.</summary>
    public void Stop()
    {
        _stop.Set();
        _thread.Join();
    }

    public void Dispose()
    {
        Stop();
        _stop.Dispose();
    }
}
