namespace ProxyHelper.Telemetry;

/// <summary>The counters of one worker: it alone writes them, anyone may read.</summary>
internal sealed class ResponderCounters
{
    private readonly long[] _values = new long[Enum.GetValues<Counter>().Length];

    /// <summary>How long the answers took.</summary>
    public LatencyHistogram Latencies { get; } = new();

    /// <summary>Counts. With one writer no interlocked addition is needed; the volatile write keeps a reader from seeing half a number.</summary>
    public void Add(Counter counter, long count = 1) => Volatile.Write(ref _values[(int)counter], _values[(int)counter] + count);

    /// <summary>The sums of all workers, at this moment.</summary>
    public static ResponderCounts Sum(IEnumerable<ResponderCounters> workers)
    {
        return new ResponderCounts
        {
            Queries = Of(Counter.Queries),
            Found = Of(Counter.Found),
            NotFound = Of(Counter.NotFound),
            FailedLookups = Of(Counter.FailedLookups),
            Malformed = Of(Counter.Malformed),
            NotAllowed = Of(Counter.NotAllowed),
            NotItsOwn = Of(Counter.NotItsOwn),
            WrongSecret = Of(Counter.WrongSecret),
            Late = Of(Counter.Late),
            TooOften = Of(Counter.TooOften),
            QueueDrops = Of(Counter.QueueDrops),
            ConnectionDrops = Of(Counter.ConnectionDrops),
            ConnectionTimeouts = Of(Counter.ConnectionTimeouts),
            UnsentReplies = Of(Counter.UnsentReplies),
            ReceiveErrors = Of(Counter.ReceiveErrors),
            TableReopenings = Of(Counter.TableReopenings),
        };

        long Of(Counter counter) => workers.Sum(worker => Volatile.Read(ref worker._values[(int)counter]));
    }

    /// <summary>The counts of this worker, at this moment.</summary>
    public ResponderCounts Read() => Sum([this]);
}
