using System.Runtime.CompilerServices;
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

    /// <summary>Counts the outcomes of several look-ups.</summary>
    public void Count(in LookupCounts counts)
    {
        for (int i = 0; i < LookupCounts.Length; i++)
        {
            Counters.Add((Outcome)i, counts[i]);
        }
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

/// <summary>
/// Contains the number of answered queries with each outcome. The outcomes of answered queries are the first values of
/// <see cref="Outcome"/>.
/// </summary>
[InlineArray(Length)]
internal struct LookupCounts
{
    /// <summary>The number of outcomes that an answered query can have.</summary>
    public const int Length = (int)Outcome.ResolverFull + 1;

    private int _first;

    /// <summary>Adds a query, unless it was counted before with another outcome, such as Late.</summary>
    public void Add(Outcome outcome)
    {
        if ((int)outcome < Length)
        {
            this[(int)outcome]++;
        }
    }
}
