using ProxyHelper.Simulation.Kernel;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Simulation.Network;

/// <summary>Contains the least and the largest count of each outcome that is right.</summary>
internal sealed class ExpectedCounts
{
    private readonly long[] _least = new long[Outcomes.All.Count];
    private readonly long[] _most = new long[Outcomes.All.Count];
    private long _leastQueries;
    private long _mostQueries;

    /// <summary>Adds a query that has exactly one of several outcomes, at most one of which is not a query's.</summary>
    public void AddOneOf(ReadOnlySpan<Outcome> outcomes)
    {
        _mostQueries++;
        _leastQueries++;
        foreach (Outcome outcome in outcomes)
        {
            _most[(int)outcome]++;
            _leastQueries -= Outcomes.Row(outcome).IsOfQuery ? 0 : 1;
        }

        if (outcomes.Length == 1)
        {
            _least[(int)outcomes[0]]++;
        }
    }

    /// <summary>Adds events of which every one is counted.</summary>
    public void AddExactly(Outcome outcome, long count)
    {
        _least[(int)outcome] += count;
        _most[(int)outcome] += count;
    }

    /// <summary>Adds events that may be counted, and that must be counted if they are certain.</summary>
    public void Allow(Outcome outcome, long count, bool isCertain = false)
    {
        _least[(int)outcome] += isCertain ? count : 0;
        _most[(int)outcome] += count;
    }

    /// <summary>Checks the counts of the helper.</summary>
    public void Check(ResponderCounts counts)
    {
        long queries = 0;
        foreach (OutcomeRow row in Outcomes.All)
        {
            long count = counts[row.Outcome], least = _least[(int)row.Outcome], most = _most[(int)row.Outcome];
            queries += row.IsOfQuery ? count : 0;
            Violation.If(count < least || count > most, $"{row.Name} is {count}, but must be {least} to {most}");
        }

        Violation.If(
            queries < _leastQueries || queries > _mostQueries, $"{_mostQueries} queries have {queries} outcomes");
    }
}
