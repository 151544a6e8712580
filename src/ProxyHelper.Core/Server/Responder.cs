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
public sealed class Responder : IDisposable
{
    // Its threads come round every second at least; a longer time means that one hangs.
    private static readonly TimeSpan _longestRound = TimeSpan.FromSeconds(5);

    private readonly EventSignal _stop;
    private readonly UdpServer[] _workers;
    private readonly TcpServer? _server;
    private readonly (Thread Thread, IDisposable Owner)[] _threads;
    private readonly ResponderCounters[] _counters;
    private readonly ResponderJournal _journal = new();
#pragma warning disable CA2213 // who serves the sockets disposes of them when it ends, and the last of the threads of the meter
    private readonly ResponderSockets _sockets;
    private readonly ResponderMeter _meter;
#pragma warning restore CA2213
    private readonly long _startedAt = Stopwatch.GetTimestamp();
    private ResponderOptions _options;
    private RateLimiter? _limiter;
    private int _running;
    private Exception? _failure;
    private bool _isStopped;

    private Responder(ResponderOptions options)
    {
        _options = options;
        _counters = [.. Enumerable.Range(0, options.Workers + 1).Select(_ => new ResponderCounters())];
        _stop = EventSignal.Create();
        var open = new Stack<IDisposable>([_stop]);
#pragma warning disable CA2000 // what is kept is disposed of below if this fails, and else by who uses it
        try
        {
            ConntrackTable[] tables = [.. Enumerable.Range(0, options.Workers).Select(_ => Keep(ConntrackTable.Open(UdpServer.BatchSize)))];
            ProveLookups(tables[0]);
            LocalAddresses[] own = [.. tables.Select(_ => Keep(LocalAddresses.Open()))];
            _sockets = Keep(ResponderSockets.Open(options));
            LocalEndPoints = _sockets.EndPoints;
            OriginEndPoints = _sockets.OriginEndPoints;
            _meter = Keep(new ResponderMeter(LocalEndPoints, () => Counts, () => Uptime));
            _limiter = NewLimiter(options);
            _workers = [.. tables.Select((table, i) => Keep(new UdpServer(_sockets.Of(i), table, own[i], _stop, _limiter, options, _counters[i], _journal, _meter)))];
            _server = OriginEndPoints.Count == 0 ? null : new TcpServer(
                _sockets.Listeners, Keep(ConntrackTable.Open()), Keep(LocalAddresses.Open()), _stop, _limiter, options, _counters[^1], _journal, _meter);
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

    /// <summary>The addresses and UDP ports that it answers on.</summary>
    public IReadOnlyList<IPEndPoint> LocalEndPoints { get; }

    /// <summary>The addresses and TCP ports that it answers on; none unless an <see cref="ResponderOptions.OriginPort"/> was given.</summary>
    public IReadOnlyList<IPEndPoint> OriginEndPoints { get; }

    /// <summary>When it was started.</summary>
    public DateTimeOffset StartedAt { get; } = DateTimeOffset.UtcNow;

    /// <summary>How long ago that is, by a clock that does not jump.</summary>
    public TimeSpan Uptime => Stopwatch.GetElapsedTime(_startedAt);

    /// <summary>What it has seen up to now.</summary>
    public ResponderCounts Counts => ResponderCounters.Sum(_counters);

    /// <summary>
    /// What an administrator should know, as it happens. It ends when the responder has: its sockets are closed then. It ends with
    /// an exception if the responder could not go on.
    /// </summary>
    public ChannelReader<ResponderNotice> Notices => _journal.Reader;

    /// <summary>The newest fault, or null when there was none.</summary>
    public ResponderNotice? LastFault => _journal.LastFault;

    /// <summary>Whether every thread has come round to its queues and connections lately, as it does every second at least.</summary>
    public bool IsResponsive =>
        _workers.All(worker => worker.SinceItCameRound < _longestRound) && (_server is null || _server.SinceItCameRound < _longestRound);

    /// <summary>Starts a responder in the network namespace of the calling thread. When this returns, it answers.</summary>
    /// <exception cref="ArgumentException">The options do not fit.</exception>
    /// <exception cref="BindException">An address cannot be listened on; then none is.</exception>
    /// <exception cref="NetlinkException">The conntrack table cannot be asked: EPERM when CAP_NET_ADMIN is missing.</exception>
    /// <exception cref="LinuxException">No socket can be had.</exception>
    public static Responder Start(ResponderOptions options)
    {
        Responder responder = Open(options);
        try
        {
            responder.Begin();
            return responder;
        }
        catch
        {
            responder.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Opens a responder's sockets, as <see cref="Start"/> does, but answers nothing until <see cref="Begin"/>: queries wait. In
    /// between a process can give up the privileges that only this takes.
    /// </summary>
    /// <exception cref="ArgumentException">The options do not fit.</exception>
    /// <exception cref="BindException">An address cannot be listened on; then none is.</exception>
    /// <exception cref="NetlinkException">The conntrack table cannot be asked: EPERM when CAP_NET_ADMIN is missing.</exception>
    /// <exception cref="LinuxException">No socket can be had.</exception>
    public static Responder Open(ResponderOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return new Responder(options);
    }

    /// <summary>Answers from now on; to be called once. Its threads have the credentials and the capabilities of the calling thread.</summary>
    /// <exception cref="ObjectDisposedException">It was stopped.</exception>
    public void Begin()
    {
        lock (_stop)
        {
            ObjectDisposedException.ThrowIf(_isStopped, this);
            Array.ForEach(_threads, one => one.Thread.Start());
        }
    }

    /// <summary>
    /// Goes by other options from now on, and loses no query: who may ask, how often, with which secret, how late, what replies give
    /// as the user's name and what is told. A rate that stays the same goes on with what was asked before.
    /// </summary>
    /// <exception cref="ArgumentException">They do not fit, or differ in what only a new start can change. Nothing has changed.</exception>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public void Change(ResponderOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        lock (_stop)
        {
            if (!_options.HasSameSockets(options))
            {
                throw new ArgumentException("Addresses, ports and workers change only with a new start.");
            }

            if (_isStopped || Volatile.Read(ref _running) == 0)
            {
                return;
            }

            RateLimiter? limiter = options.MaximumQueriesPerSecond == _options.MaximumQueriesPerSecond ? _limiter : NewLimiter(options);
            try
            {
                _sockets.Change(options);
            }
            catch (ObjectDisposedException)
            {
                return; // one of its threads has failed meanwhile, and the others end
            }

            Array.ForEach(_workers, worker => worker.Change(options, limiter));
            _server?.Change(options, limiter);
            (_options, _limiter) = (options, limiter);
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

    /// <summary>Stops it, and returns when its ports are free. Stopping it again does nothing.</summary>
    public void Stop()
    {
        lock (_stop)
        {
            if (!_isStopped)
            {
                _isStopped = true;
                _stop.Set();
                foreach ((Thread thread, IDisposable owner) in _threads)
                {
                    if (thread.ThreadState.HasFlag(System.Threading.ThreadState.Unstarted))
                    {
                        End(owner);
                    }
                    else
                    {
                        thread.Join();
                    }
                }

                _stop.Dispose();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Stop();

    private static RateLimiter? NewLimiter(ResponderOptions options) =>
        options.MaximumQueriesPerSecond == 0 ? null : new RateLimiter(options.MaximumQueriesPerSecond);

    /// <summary>Asks once as the workers will: a start that cannot look up fails, and the first query waits for no compilation.</summary>
    private static void ProveLookups(ConntrackTable table)
    {
        table.ReadStatistics();
        ConntrackTuple nobody = new(IPProtocol.Tcp, new TransportEndPoint(IPAddress.Any, 0), new TransportEndPoint(IPAddress.Any, 0));
        Span<Lookup> lookup = stackalloc Lookup[1];
        if (table.Find([nobody], lookup) is not Errno.None and var errno)
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
            Interlocked.CompareExchange(ref _failure, unexpected, null); // told to whoever reads the notices
            _stop.Set(); // the other workers end with it: half a responder would be worse to find than none
        }

        End(owner);
    }

    private void End(IDisposable owner)
    {
        owner.Dispose();
        if (Interlocked.Decrement(ref _running) == 0)
        {
            _meter.Dispose();
            _journal.Complete(_failure);
        }
    }
}
