using System.Globalization;

namespace ProxyHelper.Telemetry;

/// <summary>Represents the counts of a responder since its start, by <see cref="Outcome"/>.</summary>
public sealed class ResponderCounts : IEquatable<ResponderCounts>
{
    private readonly long[] _values = new long[Outcomes.All.Count];

    /// <summary>
    /// Gets the number of queries: datagrams and TCP lines that were read, and TCP connections that were refused
    /// because of their sender. Each query is counted under exactly one outcome.
    /// </summary>
    public long Queries => Sum(row => row.IsOfQuery);

    /// <summary>
    /// Gets the number of queries that were refused because of their sender, or of the address that they were sent to.
    /// </summary>
    public long Refused => Sum(row => row.IsRefusal);

    /// <summary>
    /// Gets the number of queries that were answered "not found" because the resolver gave no certain result.
    /// </summary>
    public long ResolverFaults => Sum(row => row.IsResolverFault);

    /// <summary>Gets the number of events with an outcome.</summary>
#pragma warning disable CA1043 // the outcomes are the natural index of their counts
    public long this[Outcome outcome]
#pragma warning restore CA1043
    {
        get => _values[(int)outcome];
        init => _values[(int)outcome] = value;
    }

    /// <summary>Determines whether all counts are equal.</summary>
    public bool Equals(ResponderCounts? other) => other is not null && _values.AsSpan().SequenceEqual(other._values);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ResponderCounts);

    /// <inheritdoc/>
    public override int GetHashCode() => _values.Aggregate(0, HashCode.Combine);

    /// <summary>Returns the counts that are not zero, such as "Found 2, WrongSecret 1".</summary>
    public override string ToString() => string.Join(", ", Outcomes.All.Where(row => this[row.Outcome] != 0)
        .Select(row => string.Create(CultureInfo.InvariantCulture, $"{row.Name} {this[row.Outcome]}")));

    private long Sum(Func<OutcomeRow, bool> isCounted) => Outcomes.All.Where(isCounted).Sum(row => this[row.Outcome]);

    /// <summary>Sums the counts of several servers.</summary>
    internal static ResponderCounts Sum(IEnumerable<ServerCounters> servers)
    {
        var sum = new ResponderCounts();
        foreach (ServerCounters server in servers)
        {
            server.AddTo(sum._values);
        }

        return sum;
    }
}
