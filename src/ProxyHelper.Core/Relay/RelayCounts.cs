namespace ProxyHelper.Relay;

/// <summary>Represents the counts of a relay since its start.</summary>
public sealed class RelayCounts
{
    private readonly long[] _outcomes;

    /// <summary>Makes counts that are all zero.</summary>
    public RelayCounts()
        : this(new long[RelayOutcomes.All.Count])
    {
    }

    internal RelayCounts(long[] outcomes)
    {
        _outcomes = outcomes;
    }

    /// <summary>Gets the number of accepted connections.</summary>
    public long Accepted { get; init; }

    /// <summary>Gets the number of connections that are open now.</summary>
    public long Open { get; init; }

    /// <summary>Gets the number of queries that were sent, with repeats.</summary>
    public long Queries { get; init; }

    /// <summary>Gets the number of bytes from users to the target.</summary>
    public long BytesUp { get; init; }

    /// <summary>Gets the number of bytes from the target to users.</summary>
    public long BytesDown { get; init; }

    /// <summary>Gets the number of connections that the rules refused.</summary>
    public long Refused => RelayOutcomes.All.Where(row => row.IsRefusal).Sum(row => this[row.Outcome]);

    /// <summary>Gets the number of events with an outcome.</summary>
#pragma warning disable CA1043 // the outcomes are the natural index of their counts
    public long this[RelayOutcome outcome]
#pragma warning restore CA1043
        => _outcomes[(int)outcome];
}
