using ProxyHelper.Server.Portable;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Server.Portable;

/// <summary>Tests that the time of a suspension counts, and that a clock that is set back does not.</summary>
public sealed class PortableClockTests
{
    private DateTime _time = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);
    private TimeSpan _running = TimeSpan.FromHours(5);

    [Fact]
    public void Both_clocks_run_on()
    {
        PortableClock clock = Begin(out TimeSpan began);
        Pass(TimeSpan.FromSeconds(3));
        Assert.Equal(TimeSpan.FromSeconds(3), clock.SinceBoot - began);
    }

    [Fact]
    public void A_suspension_counts_although_the_clock_of_Stopwatch_stood_still()
    {
        PortableClock clock = Begin(out TimeSpan began);
        _time += TimeSpan.FromMinutes(2);
        Assert.Equal(TimeSpan.FromMinutes(2), clock.SinceBoot - began);
        Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.FromSeconds(121), clock.SinceBoot - began);
    }

    [Fact]
    public void A_clock_that_is_set_back_does_not_run_back_and_hides_no_later_suspension()
    {
        PortableClock clock = Begin(out TimeSpan began);
        _time -= TimeSpan.FromHours(1);
        Assert.Equal(TimeSpan.Zero, clock.SinceBoot - began);
        _time += TimeSpan.FromSeconds(10);
        Assert.Equal(TimeSpan.FromSeconds(10), clock.SinceBoot - began);
    }

    [Fact]
    public void Small_adjustments_count_only_when_they_add_up()
    {
        PortableClock clock = Begin(out TimeSpan began);
        for (int step = 0; step < 4; step++)
        {
            Pass(TimeSpan.FromSeconds(1));
            _time += TimeSpan.FromMilliseconds(10);
            Assert.Equal(TimeSpan.FromSeconds(step + 1), clock.SinceBoot - began);
        }

        _time += TimeSpan.FromMilliseconds(10);
        Assert.Equal(TimeSpan.FromSeconds(4) + TimeSpan.FromMilliseconds(50), clock.SinceBoot - began);
    }

    [Fact]
    public void The_clock_of_this_host_runs()
    {
        var clock = new PortableClock();
        TimeSpan before = clock.SinceBoot;
        Assert.True(SpinWait.SpinUntil(() => clock.SinceBoot > before, Patience.Limit));
    }

    private PortableClock Begin(out TimeSpan began)
    {
        var clock = new PortableClock(() => _time, () => _running);
        began = clock.SinceBoot;
        return clock;
    }

    private void Pass(TimeSpan time)
    {
        _time += time;
        _running += time;
    }
}
