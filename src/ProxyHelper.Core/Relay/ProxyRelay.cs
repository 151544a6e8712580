using System.Diagnostics;
using System.Net;
using System.Runtime.Versioning;
using System.Threading.Channels;
using ProxyHelper.Lifetime;
using ProxyHelper.Linux;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Relay;

/// <summary>
/// Relays connections of routers to a proxy on its own threads. The relay asks the router's helper for the original
/// ends of each connection, and passes them on in a header of the PROXY protocol. If anything is uncertain, the relay
/// resets the connection.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class ProxyRelay : IDisposable, IAsyncDisposable
{
    private readonly Stopwatch _uptime = Stopwatch.StartNew();
    private readonly RelayJournal _journal;
    private readonly RelayCounters[] _counters;
    private readonly RelayServer[] _servers;
    private readonly ServerLife _life;

    private ProxyRelay(RelayOptions options, RelayRules rules)
    {
        Options = options;
        Rules = rules;
        _journal = new RelayJournal(options);
        _counters = [.. Enumerable.Range(0, options.Workers).Select(_ => new RelayCounters())];
#pragma warning disable CA2000 // the servers and the life dispose of them
        var stop = LinuxWake.Open();
        try
        {
            _servers = RelayServers.Open(
                options, rules, stop, worker => new RelayTelemetry(_counters[worker], _journal));
        }
        catch
        {
            stop.Dispose();
            throw;
        }
#pragma warning restore CA2000

        EndPoints = _servers[0].EndPoints;
        _life = new ServerLife(_servers, stop, _journal.Complete);
    }

    /// <summary>Gets the settings that are fixed.</summary>
    public RelayOptions Options { get; }

    /// <summary>Gets the rules that are in force.</summary>
    public RelayRules Rules { get; private set; }

    /// <summary>Gets the addresses and TCP ports that the relay listens on.</summary>
    public IReadOnlyList<IPEndPoint> EndPoints { get; }

    /// <summary>Gets how far the life of the relay has come.</summary>
    public ServerState State => _life.State;

    /// <summary>
    /// Gets a task that completes when the relay has ended and its sockets are closed. The task is faulted with the
    /// exception that ended the relay.
    /// </summary>
    public Task Completion => _life.Completion;

    /// <summary>Gets the time at which the relay was opened.</summary>
    public DateTimeOffset StartedAt { get; } = DateTimeOffset.UtcNow;

    /// <summary>Gets the time since <see cref="StartedAt"/>, by a clock that never jumps.</summary>
    public TimeSpan Uptime => _uptime.Elapsed;

    /// <summary>Gets the counts up to now.</summary>
    public RelayCounts Counts => RelayCounters.Sum(_counters);

    /// <summary>
    /// Gets the notices for an administrator. The channel ends when the relay has ended and its sockets are closed. The
    /// channel ends with an exception if the relay faulted.
    /// </summary>
    public ChannelReader<ServerNotice> Notices => _journal.Reader;

    /// <summary>Gets the newest fault, or null.</summary>
    public ServerNotice? LastFault => _journal.LastFault;

    /// <summary>
    /// Gets whether every thread has looked at its sockets recently. Each thread does so every second at least.
    /// </summary>
    public bool IsResponsive => _life.IsResponsive;

    /// <summary>Opens and starts a relay in the network namespace of the calling thread.</summary>
    /// <inheritdoc cref="Open"/>
    public static ProxyRelay Start(RelayOptions options, RelayRules rules)
    {
        ProxyRelay relay = Open(options, rules);
        try
        {
            relay.Start();
            return relay;
        }
        catch
        {
            relay.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Opens the sockets on which a relay listens, in the network namespace of the calling thread. Connections wait
    /// until <see cref="Start()"/>, which must be called in the same namespace.
    /// </summary>
    /// <exception cref="ArgumentException">Thrown when an option or a rule is invalid.</exception>
    /// <exception cref="BindException">
    /// Thrown when an address and port cannot be bound. No address stays bound.
    /// </exception>
    /// <exception cref="LinuxException">Thrown when a socket could not be opened.</exception>
    public static ProxyRelay Open(RelayOptions options, RelayRules rules)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(rules);
        options.Validate();
        rules.Validate();
        return new ProxyRelay(options, rules);
    }

    /// <summary>
    /// Starts to relay. The relay's threads open the sockets to the helpers and to the target. They have the network
    /// namespace, the credentials and the capabilities of the calling thread.
    /// </summary>
    /// <exception cref="InvalidOperationException">Thrown when the relay was started before.</exception>
    /// <exception cref="ObjectDisposedException">Thrown when the relay was stopped.</exception>
    /// <exception cref="LinuxException">Thrown when a thread could not be started.</exception>
    public void Start() => _life.Start();

    /// <summary>Replaces all rules at once. Open connections keep going.</summary>
    /// <exception cref="ArgumentException">Thrown when a rule is invalid. No rule has changed.</exception>
    public void ChangeRules(RelayRules rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        rules.Validate();
        Rules = rules;
        Array.ForEach(_servers, server => server.ChangeRules(rules));
    }

    /// <summary>
    /// Stops the relay and returns when its sockets are closed. No new connection is accepted; open connections have
    /// <see cref="RelayRules.DrainTime"/> to finish, and are then reset. A second call does not wait for them.
    /// </summary>
    public void Stop()
    {
        BeginStop();
        _life.AwaitEnd();
    }

    /// <summary>Stops the relay as <see cref="Stop"/> does. The task is never faulted.</summary>
    public async Task StopAsync()
    {
        BeginStop();
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Resets all connections without a drain, and returns when the sockets are closed.</summary>
    public void Dispose()
    {
        Array.ForEach(_servers, server => server.Abort());
        Stop();
    }

    /// <inheritdoc cref="Dispose"/>
    public ValueTask DisposeAsync()
    {
        Array.ForEach(_servers, server => server.Abort());
        return new ValueTask(StopAsync());
    }

    /// <summary>Stops the relay as <see cref="Stop"/> does, and does not wait.</summary>
    internal void BeginStop()
    {
        if (State >= ServerState.Stopping)
        {
            Array.ForEach(_servers, server => server.Abort());
        }

        _life.BeginStop();
    }

    /// <summary>
    /// Sets what runs after each notice and at the end of the notices, on the thread that causes it. A caller without
    /// threads of the pool learns this way when to read <see cref="Notices"/>.
    /// </summary>
    internal void WhenNoticed(Action wake) => _journal.WhenWritten(wake);
}
