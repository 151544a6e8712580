using CsCheck;
using ProxyHelper.Access;
using Xunit;

namespace ProxyHelper.Tests.Access;

/// <summary>Tests how old a query is, whatever happens to the clocks.</summary>
public sealed class ArrivalClockTests
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    private readonly VirtualClock _clock = new();
    private readonly ArrivalClock _arrivals;

    public ArrivalClockTests()
    {
        _arrivals = new ArrivalClock(_clock);
        _arrivals.BeginBatch();
    }

    [Fact]
    public void The_age_is_the_time_since_the_kernel_received_the_query() => Assert.Equal(_second, AgeAfter(_second));

    [Fact]
    public void A_query_without_a_time_has_no_age() => Assert.Equal(TimeSpan.Zero, _arrivals.AgeOf(null));

    [Fact]
    public void A_clock_that_is_set_back_makes_no_waiting_query_younger()
    {
        DateTime receivedAt = _clock.UtcNow;
        _clock.Advance(3 * _second);
        _clock.Set(-2.5 * _second);
        _arrivals.BeginBatch();
        Assert.Equal(3 * _second, _arrivals.AgeOf(receivedAt));
        _arrivals.EndRound(); // the query may wait in another queue
        _arrivals.BeginBatch();
        Assert.Equal(3 * _second, _arrivals.AgeOf(receivedAt));
    }

    [Fact]
    public void A_clock_that_was_set_back_is_forgotten_when_all_queues_were_empty()
    {
        _clock.Set(-3600 * _second);
        _arrivals.BeginBatch();
        _arrivals.EndRound();
        _arrivals.EndRound();
        Assert.Equal(_second, AgeAfter(_second));
    }

    [Fact]
    public void A_query_that_arrived_later_than_now_has_an_unknown_age() =>
        Assert.True(_arrivals.AgeOf(_clock.UtcNow + _second) < TimeSpan.Zero);

    [Fact]
    public void The_time_since_the_batch_is_that_of_the_clock_that_advanced_more() =>
        Gen.Select(Gen.Int[0, 5000], Gen.Int[-5000, 5000]).Sample((passed, set) =>
        {
            _arrivals.BeginBatch();
            _clock.Advance(TimeSpan.FromMilliseconds(passed));
            _clock.Set(TimeSpan.FromMilliseconds(set));
            Assert.Equal(TimeSpan.FromMilliseconds(passed + Math.Max(0, set)), _arrivals.SinceBatch());
        },
        iter: 1000,
        threads: 1);

    private TimeSpan AgeAfter(TimeSpan time)
    {
        DateTime receivedAt = _clock.UtcNow;
        _clock.Advance(time);
        _arrivals.BeginBatch();
        return _arrivals.AgeOf(receivedAt);
    }
}
