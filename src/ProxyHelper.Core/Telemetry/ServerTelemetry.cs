using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;

namespace ProxyHelper.Telemetry;

/// <summary>
/// Contains everything that one server reports to: its own counters, and the journal and the meter of the responder.
/// </summary>
/// <param name="Counters">The counters of the server.</param>
/// <param name="Journal">The journal of the responder.</param>
/// <param name="Meter">The meter of the responder, or null.</param>
internal sealed record ServerTelemetry(ServerCounters Counters, ResponderJournal Journal, ResponderMeter? Meter = null)
{
    /// <summary>Counts a query or a connection that is refused, and writes a notice.</summary>
    public void Refuse(Outcome outcome, IPv4Address sender)
    {
        Counters.Add(outcome);
        Journal.LogRefusal(outcome, sender);
    }

    /// <summary>Counts the outcome of a look-up.</summary>
    public void Count(LookupOutcome outcome) => Counters.Add(OutcomeOf(outcome));

    /// <summary>Counts the outcomes of several look-ups.</summary>
    public void Count(in LookupCounts counts)
    {
        Counters.Add(Outcome.Found, counts.Found);
        Counters.Add(Outcome.NotFound, counts.NotFound);
        Counters.Add(Outcome.FailedLookup, counts.Failed);
    }

    /// <summary>Returns the outcome of a query whose look-up had an outcome.</summary>
    public static Outcome OutcomeOf(LookupOutcome outcome) => outcome switch
    {
        LookupOutcome.Found => Outcome.Found,
        LookupOutcome.NotFound => Outcome.NotFound,
        _ => Outcome.FailedLookup,
    };

    /// <summary>Counts datagrams that the kernel dropped because a queue was full, and writes a notice.</summary>
    public void CountDrops(uint drops)
    {
        if (drops > 0)
        {
            Counters.Add(Outcome.QueueDrop, drops);
            Journal.LogDrops(drops);
        }
    }

    /// <summary>Records the time from the arrival of a query to its reply.</summary>
    /// <param name="time">The time.</param>
    /// <param name="minute">The current <see cref="LatencyHistogram.MinuteOf"/>.</param>
    public void RecordLatency(TimeSpan time, long minute)
    {
        Counters.Latencies.Record(time.Ticks / TimeSpan.TicksPerMicrosecond, minute);
        Meter?.Record(time);
    }
}

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

/// <summary>Contains the number of look-ups with each outcome.</summary>
internal struct LookupCounts
{
    /// <summary>Gets the number of look-ups that found an entry.</summary>
    public int Found { get; private set; }

    /// <summary>Gets the number of look-ups that found no entry.</summary>
    public int NotFound { get; private set; }

    /// <summary>Gets the number of look-ups that failed.</summary>
    public int Failed { get; private set; }

    /// <summary>Adds a look-up.</summary>
    public void Add(Outcome outcome)
    {
        Found += outcome == Outcome.Found ? 1 : 0;
        NotFound += outcome == Outcome.NotFound ? 1 : 0;
        Failed += outcome == Outcome.FailedLookup ? 1 : 0;
    }
}
