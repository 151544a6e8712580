using System.Diagnostics;

namespace ProxyHelper.Benchmarks.Responders;

/// <summary>How long answers took, in steps of 100 ns.</summary>
internal sealed class Latencies
{
    private const int StepsPerMicrosecond = 10;
    private const int Steps = 100_000 * StepsPerMicrosecond; // what took longer than 100 ms counts as so much

    private static readonly long _ticksPerStep = Stopwatch.Frequency / 1_000_000 / StepsPerMicrosecond; // 1 GHz on Linux

    private readonly int[] _counts = new int[Steps];
    private long _total;

    /// <summary>Records one.</summary>
    /// <param name="ticks">In units of <see cref="Stopwatch"/>.</param>
    public void Record(long ticks)
    {
        _counts[(int)Math.Min(ticks / _ticksPerStep, Steps - 1)]++;
        _total++;
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        Array.Clear(_counts);
        _total = 0;
    }

    /// <summary>The microseconds within which a part of the answers came; 0 when there was none.</summary>
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
