using CsCheck;
using ProxyHelper.Access;
using ProxyHelper.Addresses;
using Xunit;

namespace ProxyHelper.Tests.Access;

/// <summary>Tests the rate limiter. Time is counted in tokens: at a rate of ten, a second has ten tokens.</summary>
[Trait("Promise", "flood-isolation")]
[Trait("Promise", "bounded-flood")]
public sealed class RateLimiterTests
{
    private const int Rate = 10;

    private static readonly IPv4Address _source = IPv4Address.Parse("10.1.1.1");
    private static readonly IPv4Address _others = IPv4Address.Parse("192.0.0.0");

    private readonly RateLimiter _limiter = new(Rate);

    [Theory]
    [InlineData(0u)]
    [InlineData(123_456u)]
    [InlineData(uint.MaxValue - 3)] // the count wraps around in the middle
    public void A_full_bucket_gives_a_second_of_tokens_and_then_one_for_each_token_of_time(uint start)
    {
        Assert.Equal(Rate, Taken(_source, start, 100));
        Assert.Equal(0, Taken(_source, start, 100));
        Assert.Equal(1, Taken(_source, start + 1, 100));
        Assert.Equal(3, Taken(_source, start + 4, 100));
        Assert.Equal(Rate, Taken(_source, start + 1000, 100));
    }

    [Fact]
    public void A_source_takes_no_tokens_of_another()
    {
        Assert.Equal(Rate, Taken(_source, 0, 1000));
        Assert.Equal(Rate, Taken(Next(_source, 1), 0, 1000));
    }

    [Fact]
    public void A_time_long_ago_finds_a_full_bucket()
    {
        var now = TimeSpan.FromDays(3);
        Assert.Equal(Rate, Taken(_source, _limiter.TimeAt(now), 100));
        Assert.Equal(Rate, Taken(_source, _limiter.TimeAt(now - TimeSpan.FromHours(1)), 100));
    }

    [Fact]
    public void Time_advances_at_the_rate()
    {
        var now = TimeSpan.FromDays(3);
        Assert.Equal((uint)Rate, _limiter.TimeAt(now + TimeSpan.FromSeconds(1)) - _limiter.TimeAt(now));
        Assert.Equal((uint)Rate * 3600, _limiter.TimeAt(now + TimeSpan.FromHours(1)) - _limiter.TimeAt(now));
    }

    [Fact]
    public void More_sources_than_places_are_served_and_the_busiest_keeps_its_limit()
    {
        // The busiest source sends again and again, so its bucket is never the fullest of its set.
        int heavy = Taken(_source, 0, 100);
        for (uint other = 1; other <= 40_960; other++)
        {
            Assert.True(_limiter.TryTake(Next(_others, other), 0));
            heavy += Taken(_source, 0, 1);
        }

        Assert.Equal(Rate, heavy);
    }

    [Fact]
    public void A_source_within_its_rate_is_served_beyond_any_number_of_others()
    {
        Assert.True(_limiter.TryTake(_source, 0)); // the first call compiles the code
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        uint other = 0;
        int served = 0, others = 0;
        for (uint now = 1; now <= 50; now++)
        {
            served += _limiter.TryTake(_source, now) ? 1 : 0;
            for (int i = 0; i < 2000; i++)
            {
                others += _limiter.TryTake(Next(_others, other++), now) ? 1 : 0;
            }
        }

        Assert.Equal((50, 100_000), (served, others));
        // Less than a byte for each source.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, others - 1);
    }

    [Fact]
    public void Each_source_gets_exactly_what_its_own_bucket_gives() =>
        Gen.Select(
            Gen.OneOf(Gen.UInt, Gen.UInt[uint.MaxValue - 200, uint.MaxValue]),
            Gen.Select(Gen.UInt[0, 3], Gen.Int[0, 3]).Array[1, 300]).Sample(
            (start, asks) =>
            {
                var limiter = new RateLimiter(Rate);
                uint now = start;
                uint[] missing = new uint[4], taken = new uint[4]; // of four sources
                foreach ((uint elapsed, int source) in asks)
                {
                    now += elapsed;
                    missing = [.. missing.Select(tokens => tokens - Math.Min(tokens, elapsed))];
                    // The sources are in different sets.
                    bool isTaken = limiter.TryTake(Next(_source, (uint)source << 29), now);
                    if (isTaken != missing[source] < Rate)
                    {
                        return false;
                    }

                    missing[source] += isTaken ? 1u : 0;
                    taken[source] += isTaken ? 1u : 0;
                }

                return taken.All(tokens => tokens <= Rate + (now - start));
            },
            iter: 2000);

    [Fact]
    public void Threads_share_a_bucket()
    {
        var limiter = new RateLimiter(100_000);
        int taken = 0;
        Parallel.For(0, 8, _ =>
        {
            for (int i = 0; i < 50_000; i++)
            {
                if (limiter.TryTake(_source, 0))
                {
                    Interlocked.Increment(ref taken);
                }
            }
        });
        Assert.Equal(100_000, taken);
    }

    private static IPv4Address Next(IPv4Address address, uint distance) => new(address.Value + distance);

    private int Taken(IPv4Address source, uint now, int tries) =>
        Enumerable.Range(0, tries).Count(_ => _limiter.TryTake(source, now));
}
