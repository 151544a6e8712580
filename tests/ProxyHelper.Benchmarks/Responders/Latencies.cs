using System.Diagnostics;

namespace ProxyHelper.Benchmarks.Responders;

/// <summary>Counts the times of replies in steps of 100 ns.</summary>
internal sealed class Latencies
{
    private const int StepsPerMicrosecond = 10;
    private const int Steps = 100_000 * StepsPerMicrosecond; // a longer time than 100 ms counts as 100 ms

    // 1 GHz on Linux.
    private static readonly long _ticksPerStep = Stopwatch.Frequency / 1_000_000 / StepsPerMicrosecond;

    private readonly int[] _counts = new int[Steps];
    private long _total;
    private long _longest;

    /// <summary>Gets the longest time in microseconds.</summary>
    public double Longest => (double)_longest / _ticksPerStep / StepsPerMicrosecond;

    /// <summary>Records a time.</summary>
    /// <param name="ticks">The time in units of <see cref="Stopwatch"/>.</param>
    public void Record(long ticks)
    {
        _counts[(int)Math.Min(ticks / _ticksPerStep, Steps - 1)]++;
        _total++;
        _longest = Math.Max(_longest, ticks);
    }

    /// <summary>Clears all counts.</summary>
    public void Clear()
    {
        Array.Clear(_counts);
        _total = _longest = 0;
    }

    /// <summary>Returns the microseconds within which a part of the replies arrived, or 0 if there were none.</summary>
    public double Percentile(double part)
    {
        long wanted = (long)Math.Ceiling(_total * part), seen = 0;
        int step = 0;
        while (step < Steps - 1 && seen + _counts[step] < wanted)
        {
            seen += _counts[step++];
        }

        return (double)step / StepsPerMicrosecond;
    }
}
