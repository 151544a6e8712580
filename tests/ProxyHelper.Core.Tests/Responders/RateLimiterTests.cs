using ProxyHelper.Responders;
using Xunit;

namespace ProxyHelper.Tests.Responders;

/// <summary>Time is given in tokens: a rate of ten gives ten of them in a second.</summary>
public sealed class RateLimiterTests
{
    private const int Rate = 10;
    private const uint Source = 0x0A01_0101;

    private readonly RateLimiter _limiter = new(Rate);

    [Theory]
    [InlineData(0u)]
    [InlineData(123_456u)]
    [InlineData(uint.MaxValue - 3)] // the count comes round in the middle
    public void A_seconds_worth_at_once_and_then_one_for_each_token_of_time(uint start)
    {
        Assert.Equal(Rate, Taken(Source, start, 100));
        Assert.Equal(0, Taken(Source, start, 100));
        Assert.Equal(1, Taken(Source, start + 1, 100));
        Assert.Equal(3, Taken(Source, start + 4, 100));
        Assert.Equal(Rate, Taken(Source, start + 1000, 100));
    }

    [Fact]
    public void One_source_does_not_use_up_anothers()
    {
        Assert.Equal(Rate, Taken(Source, 0, 1000));
        Assert.Equal(Rate, Taken(Source + 1, 0, 1000));
    }

    [Fact]
    public void A_clock_that_is_set_back_gives_a_bucket_back_and_nobody_is_shut_out()
    {
        DateTime now = DateTime.UtcNow;
        Assert.Equal(Rate, Taken(Source, _limiter.TimeAt(now), 100));
        Assert.Equal(Rate, Taken(Source, _limiter.TimeAt(now.AddHours(-1)), 100));
    }

    [Fact]
    public void Time_goes_on_by_the_rate()
    {
        DateTime now = DateTime.UtcNow;
        Assert.Equal((uint)Rate, _limiter.TimeAt(now.AddSeconds(1)) - _limiter.TimeAt(now));
        Assert.Equal((uint)Rate * 3600, _limiter.TimeAt(now.AddHours(1)) - _limiter.TimeAt(now));
    }

    [Fact]
    public void Ten_times_more_sources_than_places_are_all_served_and_the_heaviest_keeps_its_limit()
    {
        // The heaviest asks again and again, so its bucket is never the fullest of its set.
        int heavy = Taken(Source, 0, 100);
        for (uint other = 1; other <= 40_960; other++)
        {
            Assert.True(_limiter.TryTake(0xC000_0000 + other, 0));
            heavy += Taken(Source, 0, 1);
        }

        Assert.Equal(Rate, heavy);
    }

    [Fact]
    public void Threads_share_a_bucket()
    {
        var limiter = new RateLimiter(100_000);
        int taken = 0;
        Parallel.For(0, 8, _ =>
        {
            for (int i = 0; i < 50_000; i++)
            {
                if (limiter.TryTake(Source, 0))
                {
                    Interlocked.Increment(ref taken);
                }
            }
        });
        Assert.Equal(100_000, taken);
    }

    private int Taken(uint source, uint now, int tries) => Enumerable.Range(0, tries).Count(_ => _limiter.TryTake(source, now));
}
