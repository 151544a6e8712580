namespace ProxyHelper.Relay;

/// <summary>Contains what one relay server reports to: its own counters, and the journal of the relay.</summary>
/// <param name="Counters">The counters of the server.</param>
/// <param name="Journal">The journal of the relay.</param>
internal sealed record RelayTelemetry(RelayCounters Counters, RelayJournal Journal);

/// <summary>
/// Contains the counters of one relay server. Only the server's thread writes them. Any thread may read them.
/// </summary>
internal sealed class RelayCounters
{
    private readonly long[] _outcomes = new long[RelayOutcomes.All.Count];
    private long _accepted;
    private long _open;
    private long _queries;
    private long _bytesUp;
    private long _bytesDown;

    /// <summary>Adds an event with an outcome.</summary>
    public void Add(RelayOutcome outcome) => Add(ref _outcomes[(int)outcome], 1);

    /// <summary>Counts an accepted connection, which is open now.</summary>
    public void CountAccepted()
    {
        Add(ref _accepted, 1);
        Add(ref _open, 1);
    }

    /// <summary>Counts the end of a connection.</summary>
    public void CountEnd(RelayOutcome outcome)
    {
        Add(outcome);
        Add(ref _open, -1);
    }

    /// <summary>Counts a query that was sent.</summary>
    public void CountQuery() => Add(ref _queries, 1);

    /// <summary>Counts bytes from a user to the target.</summary>
    public void CountUp(long bytes) => Add(ref _bytesUp, bytes);

    /// <summary>Counts bytes from the target to a user.</summary>
    public void CountDown(long bytes) => Add(ref _bytesDown, bytes);

    /// <summary>Returns the counts of several servers.</summary>
    public static RelayCounts Sum(IReadOnlyCollection<RelayCounters> servers) => new(
        [.. RelayOutcomes.All.Select(row => servers.Sum(one => Volatile.Read(ref one._outcomes[(int)row.Outcome])))])
    {
        Accepted = servers.Sum(one => Volatile.Read(ref one._accepted)),
        Open = servers.Sum(one => Volatile.Read(ref one._open)),
        Queries = servers.Sum(one => Volatile.Read(ref one._queries)),
        BytesUp = servers.Sum(one => Volatile.Read(ref one._bytesUp)),
        BytesDown = servers.Sum(one => Volatile.Read(ref one._bytesDown)),
    };

    // One thread writes, so no interlocked addition is needed. The volatile write keeps a reader from seeing half a
    // number.
    private static void Add(ref long value, long count) => Volatile.Write(ref value, value + count);
}
