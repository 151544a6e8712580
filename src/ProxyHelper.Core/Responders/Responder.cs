using System.Diagnostics;
using System.Net;
using System.Runtime.Versioning;
using System.Threading.Channels;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;
using ProxyHelper.Netlink;

namespace ProxyHelper.Responders;

/// <summary>Answers smtp-gated's queries on threads of its own, from its start until it is stopped.</summary>
[SupportedOSPlatform("linux")]
public sealed class Responder : IDisposable
{
    private readonly EventSignal _stop;
    private readonly Thread[] _threads;
    private readonly ResponderCounters[] _counters;
    private readonly ResponderJournal _journal = new();
#pragma warning disable CA2213 // the last worker disposes of it when it ends
    private readonly ResponderMeter _meter;
#pragma warning restore CA2213
    private readonly long _startedAt = Stopwatch.GetTimestamp();
    private int _running;
    private Exception? _failure;
    private bool _isStopped;

    private Responder(ResponderOptions options, IPEndPoint[] endPoints)
    {
        LocalEndPoints = endPoints;
        _counters = [.. Enumerable.Range(0, options.Workers).Select(_ => new ResponderCounters())];
        _meter = new ResponderMeter(endPoints, () => Counts, () => Uptime);
        _stop = EventSignal.Create();
        Worker[] workers;
        try
        {
            workers = MakeWorkers(options);
        }
        catch
        {
            _stop.Dispose();
            _meter.Dispose();
            throw;
        }

        _running = workers.Length;
        _threads = [.. workers.Select(worker => new Thread(() => Run(worker)) { IsBackground = true, Name = "ProxyHelper" })];
        Array.ForEach(_threads, thread => thread.Start());
    }

    /// <summary>The addresses and ports that it answers on.</summary>
    public IReadOnlyList<IPEndPoint> LocalEndPoints { get; }

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

    /// <summary>Starts a responder in the network namespace of the calling thread. When this returns, it answers.</summary>
    /// <exception cref="ArgumentException">The options do not fit.</exception>
    /// <exception cref="BindException">An address cannot be listened on; then none is.</exception>
    /// <exception cref="NetlinkException">The conntrack table cannot be asked: EPERM when CAP_NET_ADMIN is missing.</exception>
    /// <exception cref="LinuxException">No socket can be had.</exception>
    public static Responder Start(ResponderOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return new Responder(options, [.. options.Addresses.Distinct().Select(address => new IPEndPoint(address, options.Port))]);
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
                Array.ForEach(_threads, thread => thread.Join());
                _stop.Dispose();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Stop();

    private Worker[] MakeWorkers(ResponderOptions options)
    {
        var open = new Stack<IDisposable>();
        try
        {
            ConntrackTable[] tables = [.. Enumerable.Range(0, options.Workers).Select(_ => Keep(ConntrackTable.Open(Worker.BatchSize)))];
            ProveLookups(tables[0]);
            OwnAddresses[] own = [.. tables.Select(_ => Keep(OwnAddresses.Open()))];
            PacketFilter selection = FairQueues.Selection(options.Workers, options.AllowedProxies);
            QuerySocket[][] sockets = [.. LocalEndPoints.Select(endPoint => OpenQueues(endPoint, selection))];
            RateLimiter? limiter = options.MaximumQueriesPerSecond == 0 ? null : new RateLimiter(options.MaximumQueriesPerSecond);
            return [.. tables.Select((table, i) => new Worker(
                [.. sockets.SelectMany(queues => queues.Skip(i * FairQueues.Count).Take(FairQueues.Count))],
                table,
                own[i],
                _stop,
                limiter,
                options,
                _counters[i],
                _journal,
                _meter))];
        }
        catch
        {
            while (open.TryPop(out IDisposable? one))
            {
                one.Dispose();
            }

            throw;
        }

        T Keep<T>(T one)
            where T : IDisposable
        {
            open.Push(one);
            return one;
        }

        QuerySocket[] OpenQueues(IPEndPoint endPoint, PacketFilter selection)
        {
            QuerySocket[] queues = QuerySocket.OpenShared(endPoint, options.Workers, FairQueues.Count, selection, options.AllowsAbsentAddresses);
            Array.ForEach(queues, open.Push);
            return queues;
        }
    }

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

    private void Run(Worker worker)
    {
        try
        {
            worker.Run();
        }
        catch (Exception unexpected) when (unexpected is not OutOfMemoryException)
        {
            Interlocked.CompareExchange(ref _failure, unexpected, null); // told to whoever reads the notices
            _stop.Set(); // the other workers end with it: half a responder would be worse to find than none
        }

        worker.Dispose();
        if (Interlocked.Decrement(ref _running) == 0)
        {
            _meter.Dispose();
            _journal.Complete(_failure);
        }
    }
}
