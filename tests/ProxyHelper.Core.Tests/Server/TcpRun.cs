using ProxyHelper.Conntrack;
using ProxyHelper.Linux;
using ProxyHelper.Netlink;
using ProxyHelper.Server;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Tests.Server;

/// <summary>A server for TCP on a thread of its own, until it is disposed of.</summary>
internal sealed class TcpRun : IDisposable
{
    private readonly EventSignal _stop = EventSignal.Create();
    private readonly Thread _thread;

    /// <summary>Starts it. It closes the listener and the table when it ends.</summary>
    public TcpRun(LinuxSocket listener, ConntrackTable table, AnswerRules rules, TimeSpan maxConnectionTime)
    {
        var server = new TcpServer(
            [listener],
            new ServerContext(_stop, table, LocalAddresses.Open(), new ServerTelemetry(Counters, Journal)),
            new RuleSet(rules, Limiter: null),
            maxConnectionTime);
        _thread = new Thread(() =>
        {
            server.Run();
            server.Dispose();
        });
        _thread.Start();
    }

    public ServerCounters Counters { get; } = new();

    public ResponderJournal Journal { get; } = new();

    public void Dispose()
    {
        _stop.Set();
        _thread.Join();
        _stop.Dispose();
    }
}
