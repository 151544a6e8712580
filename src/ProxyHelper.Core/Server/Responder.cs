using System.Diagnostics;
using System.Net;
using System.Runtime.Versioning;
using System.Threading.Channels;
using ProxyHelper.Access;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;
using ProxyHelper.Netlink;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Server;

/// <summary>Answers smtp-gated's queries on threads of its own, from its start until it is stopped.</summary>
[SupportedOSPlatform("linux")]
public sealed class Responder : IDisposable, IAsyncDisposable
{
    // Its threads come round every second at least; a longer time means that one hangs.
    private static readonly TimeSpan _longestRound = TimeSpan.FromSeconds(5);

    private readonly Lock _lifeCycle = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly UdpServer[] _workers;
    private readonly TcpServer? _server;
    private readonly (Thread Thread, IDisposable Owner)[] _threads;
    private readonly ResponderCounters[] _counters;
    private readonly ResponderJournal _journal = new();
#pragma warning disable CA2213 // disposed of by the threads when they end
    private readonly EventSignal _stop;
    private readonly ResponderSockets _sockets;
    private readonly ResponderMeter _meter;
#pragma warning restore CA2213
    private readonly long _startedAt = Stopwatch.GetTimestamp();
    private volatile ResponderState _state;
    private volatile AnswerRules _rules;
    private RateLimiter? _limiter;
    private int _running;
    private Exception? _failure;

    private Responder(ListenOptions options, AnswerRules rules)
    {
        Options = options;
        _rules = rules;
        _counters = [.. Enumerable.Range(0, options.Workers + 1).Select(_ => new ResponderCounters())];
        _stop = EventSignal.Create();
        var open = new Stack<IDisposable>([_stop]);
#pragma warning disable CA2000 // what is kept is disposed of below if this fails, and else by who uses it
        try
        {
            ConntrackTable[] tables = [.. Enumerable.Range(0, options.Workers).Select(_ => Keep(ConntrackTable.Open(UdpServer.BatchSize)))];
            ProveLookups(tables[0]);
            LocalAddresses[] own = [.. tables.Select(_ => Keep(LocalAddresses.Open()))];
            _sockets = Keep(ResponderSockets.Open(options, rules.AllowedProxies));
            UdpEndPoints = _sockets.EndPoints;
            TcpEndPoints = _sockets.TcpEndPoints;
            _meter = Keep(new ResponderMeter(UdpEndPoints, () => Counts, () => Uptime));
            _limiter = NewLimiter(rules);
            _workers = [.. tables.Select((table, i) => Keep(new UdpServer(_sockets.Of(i), table, own[i], _stop, _limiter, rules, _counters[i], _journal, _meter)))];
            _server = TcpEndPoints.Count == 0 ? null : new TcpServer(
                _sockets.Listeners, Keep(ConntrackTable.Open()), Keep(LocalAddresses.Open()), _stop, options.MaxConnectionTime, _limiter, rules, _counters[^1], _journal, _meter);
        }
        catch
        {
            while (open.TryPop(out IDisposable? one))
            {
                one.Dispose();
            }

            throw;
        }
#pragma warning restore CA2000

        _threads = [.. _workers.Select(worker => Prepare(worker.Run, worker)), .. _server is null ? ((Thread, IDisposable)[])[] : [Prepare(_server.Run, _server)]];
        _running = _threads.Length;

        T Keep<T>(T one)
            where T : IDisposable
        {
            open.Push(one);
            return one;
        }
    }

    /// <summary>Gets the settings that are fixed.</summary>
    public ListenOptions Options { get; }

    /// <summary>Gets the rules that are in force.</summary>
    public AnswerRules Rules => _rules;

    /// <summary>Gets the addresses and UDP ports that the responder listens on.</summary>
    public IReadOnlyList<IPEndPoint> UdpEndPoints { get; }

    /// <summary>Gets the addresses and TCP ports that the responder listens on. The list is empty if TCP is not used.</summary>
    public IReadOnlyList<IPEndPoint> TcpEndPoints { get; }

    /// <summary>Gets how far the life of the responder has come.</summary>
    public ResponderState State => _state;

    /// <summary>
    /// Gets a task that completes when the responder has ended and its sockets are closed. The task is faulted with the exception
    /// that ended the responder.
    /// </summary>
    public Task Completion => _completion.Task;

    /// <summary>Gets the time at which the responder was opened.</summary>
    public DateTimeOffset StartedAt { get; } = DateTimeOffset.UtcNow;

    /// <summary>Gets the time since <see cref="StartedAt"/>, by a clock that never jumps.</summary>
    public TimeSpan Uptime => Stopwatch.GetElapsedTime(_startedAt);

    /// <summary>Gets the counts up to now.</summary>
    public ResponderCounts Counts => ResponderCounters.Sum(_counters);

    /// <summary>
    /// Gets the notices for an administrator. The channel ends when the responder has ended and its sockets are closed. The channel
    /// ends with an exception if the responder faulted.
    /// </summary>
    public ChannelReader<ResponderNotice> Notices => _journal.Reader;

    /// <summary>Gets the newest fault, or null.</summary>
    public ResponderNotice? LastFault => _journal.LastFault;

    /// <summary>Gets whether every thread has looked at its queues and connections recently. Each thread does so every second at least.</summary>
    public bool IsResponsive =>
        _workers.All(worker => worker.TimeSinceLastRound < _longestRound) && (_server is null || _server.TimeSinceLastRound < _longestRound);

    /// <summary>Opens and starts a responder in the network namespace of the calling thread.</summary>
    /// <exception cref="ArgumentException">Thrown when an option or a rule is invalid.</exception>
    /// <exception cref="BindException">Thrown when an address and port cannot be bound. No address stays bound.</exception>
    /// <exception cref="NetlinkException">Thrown when the conntrack table cannot be read. Without CAP_NET_ADMIN the error is EPERM.</exception>
    /// <exception cref="LinuxException">Thrown when a socket could not be opened.</exception>
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
    /// Opens the sockets of a responder in the network namespace of the calling thread. Queries wait until <see cref="Start()"/>.
    /// In between, the process can give up the privileges that only the opening needs.
    /// </summary>
    /// <exception cref="ArgumentException">Thrown when an option or a rule is invalid.</exception>
    /// <exception cref="BindException">Thrown when an address and port cannot be bound. No address stays bound.</exception>
    /// <exception cref="NetlinkException">Thrown when the conntrack table cannot be read. Without CAP_NET_ADMIN the error is EPERM.</exception>
    /// <exception cref="LinuxException">Thrown when a socket could not be opened.</exception>
    public static Responder Open(ListenOptions options, AnswerRules rules)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(rules);
        options.Validate();
        rules.Validate();
        return new Responder(options, rules);
    }

    /// <summary>Starts to answer. The responder's threads have the credentials and the capabilities of the calling thread.</summary>
    /// <exception cref="InvalidOperationException">Thrown when the responder was started before.</exception>
    /// <exception cref="ObjectDisposedException">Thrown when the responder was stopped.</exception>
    public void Start()
    {
        lock (_lifeCycle)
        {
            ObjectDisposedException.ThrowIf(_state > ResponderState.Running, this);
            if (_state == ResponderState.Running)
            {
                throw new InvalidOperationException("The responder was started before.");
            }

            _state = ResponderState.Running;
            Array.ForEach(_threads, one => one.Thread.Start());
        }
    }

    /// <summary>
    /// Replaces all rules at once and loses no query. If the rate limit stays the same, the limiter keeps its counts. After the
    /// responder has ended, the method does nothing.
    /// </summary>
    /// <exception cref="ArgumentException">Thrown when a rule is invalid. No rule has changed.</exception>
    /// <exception cref="LinuxException">Thrown when the kernel refused the change. No rule has changed.</exception>
    public void ChangeRules(AnswerRules rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        rules.Validate();
        lock (_lifeCycle)
        {
            if (_state > ResponderState.Running)
            {
                return;
            }

            RateLimiter? limiter = rules.MaxQueriesPerSecond == _rules.MaxQueriesPerSecond ? _limiter : NewLimiter(rules);
            try
            {
                _sockets.ChangeRules(rules.AllowedProxies);
            }
            catch (ObjectDisposedException)
            {
                return; // one of its threads has failed meanwhile, and the others end
            }

            Array.ForEach(_workers, worker => worker.Change(rules, limiter));
            _server?.Change(rules, limiter);
            (_rules, _limiter) = (rules, limiter);
        }
    }

    /// <summary>
    /// The time within which a part of the queries of the last five minutes was answered, from their arrival; null when there were
    /// none. It is exact to an eighth.
    /// </summary>
    /// <param name="part">The part, above 0 and up to 1: 0.5 is the median.</param>
    public TimeSpan? Latency(double part)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(part);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(part, 1);
        return LatencyHistogram.Percentile(_counters.Select(counters => counters.Latencies), part, LatencyHistogram.MinuteOf(DateTime.UtcNow));
    }

    /// <summary>
    /// Stops the responder and returns when its sockets are closed. Queries that were received before are answered. If the
    /// responder has ended already, the method does nothing.
    /// </summary>
    public void Stop()
    {
        BeginStop();
        if (!Array.Exists(_threads, one => one.Thread == Thread.CurrentThread)) // a thread cannot wait for its own end
        {
            Task.WaitAny(Completion); // does not throw if the task is faulted
        }
    }

    /// <summary>Stops the responder as <see cref="Stop"/> does. The task completes when the sockets are closed, and is never faulted.</summary>
    public async Task StopAsync()
    {
        BeginStop();
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public void Dispose() => Stop();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => new(StopAsync());

    private void BeginStop()
    {
        lock (_lifeCycle)
        {
            if (_state >= ResponderState.Stopping)
            {
                return;
            }

            _state = ResponderState.Stopping;
            _stop.Set();
            foreach ((Thread thread, IDisposable owner) in _threads)
            {
                if (thread.ThreadState.HasFlag(System.Threading.ThreadState.Unstarted))
                {
                    End(owner);
                }
            }
        }
    }

    private static RateLimiter? NewLimiter(AnswerRules rules) =>
        rules.MaxQueriesPerSecond == 0 ? null : new RateLimiter(rules.MaxQueriesPerSecond);

    /// <summary>Asks once as the workers will: a start that cannot look up fails, and the first query waits for no compilation.</summary>
    private static void ProveLookups(ConntrackTable table)
    {
        table.ReadStatistics();
        ConntrackTuple nobody = new(IPProtocol.Tcp, new TransportEndPoint(IPAddress.Any, 0), new TransportEndPoint(IPAddress.Any, 0));
        Span<Lookup> lookup = stackalloc Lookup[1];
        if (table.FindMany([nobody], lookup) is not Errno.None and var errno)
        {
            throw new NetlinkException("look up a conntrack entry", errno);
        }
    }

    private (Thread Thread, IDisposable Owner) Prepare(Action run, IDisposable owner) =>
        (new Thread(() => Run(run, owner)) { IsBackground = true, Name = "ProxyHelper" }, owner);

    private void Run(Action run, IDisposable owner)
    {
        try
        {
            run();
        }
        catch (Exception unexpected) when (unexpected is not OutOfMemoryException)
        {
            Fail(unexpected);
        }

        End(owner);
    }

    /// <summary>Ends the other servers too: half a responder would be harder to find than none.</summary>
    private void Fail(Exception cause)
    {
        lock (_lifeCycle)
        {
            _failure ??= cause;
            _state = ResponderState.Stopping;
            _stop.Set();
        }
    }

    private void End(IDisposable owner)
    {
        owner.Dispose();
        if (Interlocked.Decrement(ref _running) == 0)
        {
            Complete();
        }
    }

    private void Complete()
    {
        lock (_lifeCycle)
        {
            _state = _failure is null ? ResponderState.Stopped : ResponderState.Faulted;
            _stop.Dispose();
        }

        _meter.Dispose();
        _journal.Complete(_failure);
        if (_failure is null)
        {
            _completion.SetResult();
        }
        else
        {
            _completion.SetException(_failure);
            _ = Completion.Exception; // observed, so that a responder without an observer raises no event
        }
    }
}
