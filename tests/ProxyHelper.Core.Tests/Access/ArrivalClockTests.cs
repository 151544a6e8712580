using CsCheck;
using ProxyHelper.Access;
using Xunit;

namespace ProxyHelper.Tests.Access;

/// <summary>Tests how old a query is, whatever happens to the clocks.</summary>
[Trait("Promise", "no-late-reply")]
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
    [Trait("Promise", "clock-changes")]
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
    [Trait("Promise", "clock-changes")]
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
    [Trait("Promise", "clock-changes")]
    public void Only_queries_that_waited_when_the_clock_was_set_back_are_older()
    {
        _clock.Set(-2 * _second);
        _arrivals.BeginBatch();
        Assert.Equal(3 * _second, AgeAfter(_second)); // may have waited
        Assert.Equal(3 * _second, AgeAfter(_second));
        _clock.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(_second, AgeAfter(_second)); // no earlier query has so late a time, also if no queue gets empty
    }

    [Fact]
    [Trait("Promise", "clock-changes")]
    public void A_clock_that_was_set_back_twice_makes_no_waiting_query_younger()
    {
        DateTime receivedAt = _clock.UtcNow;
        for (int times = 1; times <= 2; times++)
        {
            _clock.Advance(_second);
            _clock.Set(-_second);
            _arrivals.BeginBatch();
            Assert.Equal(times * _second, _arrivals.AgeOf(receivedAt));
        }
    }

    [Fact]
    public void An_idle_round_forgets_a_clock_that_was_set_back()
    {
        Assert.False(_arrivals.BeginIdleRound());
        DateTime receivedAt = _clock.UtcNow;
        _clock.Set(-2 * _second);
        Assert.True(_arrivals.BeginIdleRound());
        Assert.Equal(TimeSpan.Zero, _arrivals.AgeOf(receivedAt)); // may arrive until all queues are emptied
        _arrivals.EndRound();
        Assert.Equal(TimeSpan.Zero, AgeAfter(TimeSpan.Zero));
        Assert.False(_arrivals.BeginIdleRound());
    }

    [Theory]
    [InlineData(1)] // ticks
    [InlineData(9_000)]
    public void Pauses_between_the_readings_add_up_to_nothing_while_queues_are_full(int pause)
    {
        for (int batch = 0; batch < 20_000; batch++)
        {
            Assert.InRange(AgeAfter(new TimeSpan(pause)).Ticks, pause, pause);
            _clock.Set(new TimeSpan(batch % 2 == 0 ? pause : -pause));
        }
    }

    [Fact]
    [Trait("Promise", "clock-changes")]
    public void A_clock_that_runs_slower_for_hours_makes_no_query_older()
    {
        var batch = TimeSpan.FromMilliseconds(10);
        for (TimeSpan passed = default; passed < TimeSpan.FromHours(2); passed += batch)
        {
            Assert.Equal(batch, AgeAfter(batch));
            _clock.Set(batch * -500e-6);
        }
    }

    [Fact]
    [Trait("Promise", "clock-changes")]
    public void The_time_since_the_batch_does_not_depend_on_a_clock_that_is_set() =>
        Gen.Select(Gen.Int[0, 5000], Gen.Int[-5000, 5000]).Sample((passed, set) =>
        {
            _arrivals.BeginBatch();
            _clock.Advance(TimeSpan.FromMilliseconds(passed));
            _clock.Set(TimeSpan.FromMilliseconds(set));
            Assert.Equal(TimeSpan.FromMilliseconds(passed), _arrivals.SinceBatch());
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
