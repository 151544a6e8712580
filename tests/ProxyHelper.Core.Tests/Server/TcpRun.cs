using ProxyHelper.Conntrack;
using ProxyHelper.Linux;
using ProxyHelper.Netlink;
using ProxyHelper.Server;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Tests.Server;

/// <summary>Runs a TCP server on its own thread.</summary>
internal sealed class TcpRun : IDisposable
{
    private readonly EventSignal _stop = EventSignal.Create();
    private readonly Thread _thread;

    /// <summary>Starts the server, which disposes of the listener and the table when it ends.</summary>
    public TcpRun(LinuxSocket listener, ConntrackTable table, AnswerRules rules, TimeSpan maxConnectionTime)
    {
        LocalAddresses local = LocalAddresses.Open();
        AppearanceWatch watch = AppearanceWatch.Open(local.Reader);
        var server = new TcpServer(
            [listener],
            new ServerContext(_stop, table, local, watch, new ServerTelemetry(Counters, Journal)),
            new RuleSet(rules, Limiter: null),
            maxConnectionTime);
        ChangeRules = changed => server.ChangeRules(new RuleSet(changed, Limiter: null));
        _thread = new Thread(() =>
        {
            server.Run();
            server.Dispose();
        });
        _thread.Start();
    }

    /// <summary>Gets the method that replaces the rules.</summary>
    public Action<AnswerRules> ChangeRules { get; }

    public ServerCounters Counters { get; } = new();

    public ResponderJournal Journal { get; } = new();

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
