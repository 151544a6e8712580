using ProxyHelper.Conntrack;
using ProxyHelper.Linux;
using ProxyHelper.Netlink;
using ProxyHelper.Server;
using ProxyHelper.Server.Tcp;
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
        var reader = new AddressReader(NetlinkSocket.Open);
        LocalAddresses local = LocalAddresses.Open(reader, Clock.System);
        TcpServer server = LinuxTcp.Create(
            [listener],
            new ServerContext(_stop, local, new ServerTelemetry(Counters, Journal))
            {
                Table = table,
                Watch = AppearanceWatch.Open(reader),
            },
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
