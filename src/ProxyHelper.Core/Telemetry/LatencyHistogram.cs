using System.Numerics;

namespace ProxyHelper.Telemetry;

/// <summary>
/// Counts the times from the arrival of queries to their replies over the last five minutes. The error is an eighth of
/// the value. One thread records, and any thread may read. When a minute begins, a reader may see a part of the oldest
/// minute twice or not at all.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int Minutes = 5;
    private const int ExactValues = 16; // microseconds below this have a bucket each
    private const int FirstOctave = 4; // 2^4 = 16
    private const int LastOctave = 23; // up to 16 s
    private const int Steps = 8; // buckets in an octave
    private const int Buckets = ExactValues + ((LastOctave - FirstOctave + 1) * Steps);

    private readonly long[] _counts = new long[Minutes * Buckets];
    private readonly long[] _minutes = new long[Minutes];

    /// <summary>Returns the minute that contains a time.</summary>
    public static long MinuteOf(DateTime time) => time.Ticks / TimeSpan.TicksPerMinute;

    /// <summary>Records a query.</summary>
    /// <param name="microseconds">The time from its arrival to its reply. A negative time counts as 0.</param>
    /// <param name="minute">The current <see cref="MinuteOf"/>.</param>
    public void Record(long microseconds, long minute)
    {
        int window = (int)(minute % Minutes);
        Span<long> counts = _counts.AsSpan(window * Buckets, Buckets);
        if (_minutes[window] != minute)
        {
            counts.Clear();
            Volatile.Write(ref _minutes[window], minute);
        }

        counts[BucketOf(Math.Max(0, microseconds))]++;
    }

    /// <summary>
    /// Returns the time within which a part of the queries was answered, or null if there were no queries.
    /// </summary>
    /// <param name="histograms">The histograms of all servers.</param>
    /// <param name="part">The part, above 0 and up to 1.</param>
    /// <param name="minute">The current <see cref="MinuteOf"/>.</param>
    public static TimeSpan? Percentile(IEnumerable<LatencyHistogram> histograms, double part, long minute)
    {
        Span<long> sum = stackalloc long[Buckets];
        sum.Clear();
        long total = 0;
        foreach (LatencyHistogram histogram in histograms)
        {
            total += histogram.AddTo(sum, minute);
        }

        long wanted = (long)Math.Ceiling(total * part), seen = 0;
        for (int bucket = 0; bucket < Buckets && total > 0; bucket++)
        {
            seen += sum[bucket];
            if (seen >= wanted)
            {
                return TimeSpan.FromMicroseconds(UpperBound(bucket));
            }
        }

        return null;
    }

    private static int BucketOf(long microseconds)
    {
        if (microseconds < ExactValues)
        {
            return (int)microseconds;
        }

        int octave = BitOperations.Log2((ulong)microseconds);
        return octave > LastOctave
            ? Buckets - 1
            : ExactValues + ((octave - FirstOctave) * Steps) + (int)((microseconds >> (octave - 3)) & (Steps - 1));
    }

    /// <summary>Returns the longest time, in microseconds, that a bucket counts.</summary>
    private static long UpperBound(int bucket)
    {
        if (bucket < ExactValues)
        {
            return bucket;
        }

        (int octave, int step) = Math.DivRem(bucket - ExactValues, Steps);
        return ((long)(Steps + step + 1) << (octave + FirstOctave - 3)) - 1;
    }

    private long AddTo(Span<long> sum, long minute)
    {
        long total = 0;
        for (int window = 0; window < Minutes; window++)
        {
            if (minute - Volatile.Read(ref _minutes[window]) >= Minutes)
            {
                continue;
            }

            for (int bucket = 0; bucket < Buckets; bucket++)
            {
                long count = Volatile.Read(ref _counts[(window * Buckets) + bucket]);
                sum[bucket] += count;
                total += count;
            }
        }

        return total;
    }
}
