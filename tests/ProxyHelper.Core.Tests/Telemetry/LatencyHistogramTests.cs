using ProxyHelper.Telemetry;
using Xunit;

namespace ProxyHelper.Tests.Telemetry;

public sealed class LatencyHistogramTests
{
    private const long Minute = 29_000_000;

    private readonly LatencyHistogram _histogram = new();

    [Fact]
    public void A_percentile_is_at_most_an_eighth_above_the_exact_value()
    {
        var random = new Random(3);
        long[] values = [.. Enumerable.Range(0, 10_000).Select(_ => (long)Math.Pow(2, random.NextDouble() * 23))];
        Array.ForEach(values, value => _histogram.Record(value, Minute));
        Array.Sort(values);
        foreach (double part in new[] { 0.01, 0.5, 0.9, 0.99, 0.999, 1 })
        {
            long exact = values[(int)Math.Ceiling(values.Length * part) - 1];
            long given = (long)LatencyHistogram.Percentile([_histogram], part, Minute)!.Value.TotalMicroseconds;
            Assert.InRange(given, exact, exact + (exact / 8));
        }
    }

    [Fact]
    public void There_is_no_percentile_without_queries() =>
        Assert.Null(LatencyHistogram.Percentile([_histogram], 0.5, Minute));

    [Fact]
    public void Each_minute_is_forgotten_after_five_minutes()
    {
        for (int i = 0; i < 5; i++)
        {
            _histogram.Record(i, Minute + i);
        }

        Assert.Equal(
            [0, 1, 2, 3, 4],
            [Fastest(Minute + 4), Fastest(Minute + 5), Fastest(Minute + 6), Fastest(Minute + 7), Fastest(Minute + 8)]);
        Assert.Null(LatencyHistogram.Percentile([_histogram], 0.5, Minute + 9));
        _histogram.Record(9, Minute + 5); // replaces the first minute
        Assert.Equal(1, Fastest(Minute + 5));
    }

    [Fact]
    public void A_percentile_covers_all_servers()
    {
        var other = new LatencyHistogram();
        _histogram.Record(1, Minute);
        other.Record(15, Minute);
        Assert.Equal(
            [1, 15],
            new[] { 0.5, 1 }.Select(
                part => LatencyHistogram.Percentile([_histogram, other], part, Minute)!.Value.TotalMicroseconds));
    }

    [Theory]
    [InlineData(-5, 0)]
    [InlineData(long.MaxValue, 16_777_215)]
    public void A_time_out_of_range_counts_at_the_end_of_the_range(long microseconds, double counted)
    {
        _histogram.Record(microseconds, Minute);
        Assert.Equal(counted, LatencyHistogram.Percentile([_histogram], 1, Minute)!.Value.TotalMicroseconds);
    }

    private double Fastest(long minute) =>
        LatencyHistogram.Percentile([_histogram], 0.001, minute)!.Value.TotalMicroseconds;
}
