using ProxyHelper.Conntrack;
using ProxyHelper.Conntrack.Wire;

namespace ProxyHelper.Fuzzing.Targets;

/// <summary>Reads the payload of an answer about the table as both kinds of statistics.</summary>
internal sealed class TableStatisticsTarget : IFuzzTarget
{
    /// <inheritdoc/>
    public string Name => "table-statistics";

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        bool hasFill = StatisticsDecoder.TryRead(input, out ConntrackStatistics statistics);
        bool hasCounters = StatisticsDecoder.TryRead(input, out ConntrackCounters counters);
        if (hasFill && statistics.Maximum is > 0 and { } maximum && statistics.Entries >= maximum)
        {
            Invariant.Holds(statistics.IsNearlyFull, "a full table is nearly full");
        }

        if (hasCounters)
        {
            Invariant.Holds(
                counters.Add(default) == counters && default(ConntrackCounters).Add(counters) == counters,
                "adding zeros changes nothing");
            Invariant.Holds(counters is { Found: >= 0, Drop: >= 0, InsertFailed: >= 0 }, "a count is never below 0");
        }
    }
}
