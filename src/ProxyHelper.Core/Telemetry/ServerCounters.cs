namespace ProxyHelper.Telemetry;

/// <summary>
/// Contains the counters of one server. Only the server's thread writes them. Any thread may read them.
/// </summary>
internal sealed class ServerCounters
{
    private readonly long[] _values = new long[Outcomes.All.Count];

    /// <summary>Gets the times from the arrival of queries to their replies.</summary>
    public LatencyHistogram Latencies { get; } = new();

    /// <summary>Adds to a counter.</summary>
    public void Add(Outcome outcome, long count = 1)
    {
        // One thread writes, so no interlocked addition is needed. The volatile write keeps a reader from seeing half a
        // number.
        ref long value = ref _values[(int)outcome];
        Volatile.Write(ref value, value + count);
    }

    /// <summary>Returns the counts of this server at this moment.</summary>
    public ResponderCounts Read() => ResponderCounts.Sum([this]);

    /// <summary>Adds the counters to sums.</summary>
    public void AddTo(Span<long> sums)
    {
        for (int i = 0; i < sums.Length; i++)
        {
            sums[i] += Volatile.Read(ref _values[i]);
        }
    }
}
