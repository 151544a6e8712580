using System.Net;
using System.Threading.Channels;
using ProxyHelper.Lifetime;
using ProxyHelper.Linux;
using ProxyHelper.Netlink;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Server;

/// <summary>Answers smtp-gated's queries on its own threads, from its start until it is stopped.</summary>
public sealed class Responder : IDisposable, IAsyncDisposable
{
    private readonly Lock _changing = new();
    private readonly ResponderParts _parts;
    private readonly ServerLife _life;
    private volatile RuleSet _rules;

    private Responder(ListenOptions options, RuleSet rules)
    {
        Options = options;
        _rules = rules;
        _parts = ResponderParts.Open(options, rules);
        UdpEndPoints = _parts.UdpEndPoints;
        TcpEndPoints = _parts.TcpEndPoints;
        _life = new ServerLife(_parts.Servers, _parts.Stop, _parts.End);
    }

    /// <summary>Gets the settings that are fixed.</summary>
    public ListenOptions Options { get; }

    /// <summary>Gets the rules that are in force.</summary>
    public AnswerRules Rules => _rules.Answer;

    /// <summary>Gets the addresses and UDP ports that the responder listens on.</summary>
    public IReadOnlyList<IPEndPoint> UdpEndPoints { get; }

    /// <summary>
    /// Gets the addresses and TCP ports that the responder listens on. The list is empty if TCP is not used.
    /// </summary>
    public IReadOnlyList<IPEndPoint> TcpEndPoints { get; }

    /// <summary>Gets how far the life of the responder has come.</summary>
    public ServerState State => _life.State;

    /// <summary>
    /// Gets a task that completes when the responder has ended and its sockets are closed. The task is faulted with the
    /// exception that ended the responder.
    /// </summary>
    public Task Completion => _life.Completion;

    /// <summary>Gets the time at which the responder was opened.</summary>
    public DateTimeOffset StartedAt { get; } = DateTimeOffset.UtcNow;

    /// <summary>Gets the time since <see cref="StartedAt"/>, by a clock that never jumps.</summary>
    public TimeSpan Uptime => _parts.Telemetry.Uptime.Elapsed;

    /// <summary>Gets the counts up to now.</summary>
    public ResponderCounts Counts => ResponderCounts.Sum(_parts.Telemetry.Counters);

    /// <summary>
    /// Gets the notices for an administrator. The channel ends when the responder has ended and its sockets are closed.
    /// The channel ends with an exception if the responder faulted.
    /// </summary>
    public ChannelReader<ServerNotice> Notices => _parts.Telemetry.Journal.Reader;

    /// <summary>Gets the newest fault, or null.</summary>
    public ServerNotice? LastFault => _parts.Telemetry.Journal.LastFault;

    /// <summary>
    /// Gets whether every thread has looked for queries recently. Each thread does so every second at least.
    /// </summary>
    public bool IsResponsive => _life.IsResponsive;

    /// <summary>Opens and starts a responder in the network namespace of the calling thread.</summary>
    /// <inheritdoc cref="Open"/>
    public static Responder Start(ListenOptions options, AnswerRules rules)
    {
        Responder responder = Open(options, rules);
        try
        {
            responder.Start();
            return responder;
        }
        catch
        {
            responder.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Opens the sockets of a responder in the network namespace of the calling thread. Queries wait until
    /// <see cref="Start()"/>. In between, the process can give up the privileges that only the opening needs.
    /// </summary>
    /// <exception cref="ArgumentException">Thrown when an option or a rule is invalid.</exception>
    /// <exception cref="BindException">
    /// Thrown when an address and port cannot be bound. No address stays bound.
    /// </exception>
    /// <exception cref="NetlinkException">
    /// Thrown when the conntrack table cannot be read. Without CAP_NET_ADMIN the error is EPERM.
    /// </exception>
    /// <exception cref="LinuxException">Thrown when a socket could not be opened.</exception>
    public static Responder Open(ListenOptions options, AnswerRules rules)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(rules);
        options.Validate();
        rules.Validate();
        return new Responder(options, RuleSet.From(rules, previous: null));
    }

    /// <summary>
    /// Starts to answer. The responder's threads have the credentials and the capabilities of the calling thread.
    /// </summary>
    /// <exception cref="InvalidOperationException">Thrown when the responder was started before.</exception>
    /// <exception cref="ObjectDisposedException">Thrown when the responder was stopped.</exception>
    /// <exception cref="LinuxException">
    /// Thrown when a thread could not be started. <see cref="Stop"/> ends the others.
    /// </exception>
    public void Start() => _life.Start();

    /// <summary>Stops the responder as <see cref="Stop"/> does, and does not wait.</summary>
    internal void BeginStop() => _life.BeginStop();

    /// <summary>
    /// Sets what runs after each notice and at the end of the notices, on the thread that causes it. A caller without
    /// threads of the pool learns this way when to read <see cref="Notices"/>.
    /// </summary>
    internal void WhenNoticed(Action wake) => _parts.Telemetry.Journal.WhenWritten(wake);

    /// <summary>
    /// Replaces all rules at once and loses no query. If the rate limit stays the same, the limiter keeps its counts.
    /// After the responder has ended, the method does nothing.
    /// </summary>
    /// <exception cref="ArgumentException">Thrown when a rule is invalid. No rule has changed.</exception>
    /// <exception cref="LinuxException">
    /// Thrown when the kernel refused to sort datagrams by the new list of allowed proxies. No rule has changed.
    /// </exception>
    public void ChangeRules(AnswerRules rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        rules.Validate();
        lock (_changing)
        {
            if (State > ServerState.Running)
            {
                return;
            }

            var changed = RuleSet.From(rules, _rules);
            try
            {
                _parts.ChangeAllowed(rules.AllowedProxies);
            }
            catch (ObjectDisposedException)
            {
                return; // the responder has ended since
            }

            Array.ForEach(_parts.Servers, server => server.ChangeRules(changed));
            _rules = changed;
        }
    }

    /// <summary>
    /// Returns the time within which a part of the queries of the last five minutes was answered, from their arrival,
    /// or null if there were none. The error is an eighth of the time at most.
    /// </summary>
    /// <param name="part">The part, above 0 and up to 1. 0.5 is the median.</param>
    public TimeSpan? Latency(double part)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(part);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(part, 1);
        long minute = LatencyHistogram.MinuteOf(DateTime.UtcNow);
        return LatencyHistogram.Percentile(
            _parts.Telemetry.Counters.Select(counters => counters.Latencies), part, minute);
    }

    /// <summary>
    /// Stops the responder and returns when its sockets are closed. Queries that were received before are answered. If
    /// the responder has ended already, the method does nothing.
    /// </summary>
    public void Stop()
    {
        _life.BeginStop();
        _life.AwaitEnd();
    }

    /// <summary>
    /// Stops the responder as <see cref="Stop"/> does. The task completes when the sockets are closed, and is never
    /// faulted.
    /// </summary>
    public async Task StopAsync()
    {
        _life.BeginStop();
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public void Dispose() => Stop();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => new(StopAsync());
}
