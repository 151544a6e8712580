using CsCheck;
using ProxyHelper.Access;
using Xunit;

namespace ProxyHelper.Tests.Access;

public sealed class QueueDelayTests
{
    private static readonly DateTime _now = DateTime.UtcNow;

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(1000, false)]
    [InlineData(1001, true)]
    [InlineData(3_600_000, true)] // such as after a suspend
    [InlineData(-1, true)] // the clock was set back
    public void A_query_is_late_after_the_limit_or_if_its_age_is_unknown(int milliseconds, bool isLate) =>
        Assert.Equal(isLate, Admission.IsLate(_now.AddMilliseconds(-milliseconds), _now, TimeSpan.FromSeconds(1)));

    [Fact]
    public void A_query_is_in_time_up_to_the_limit_and_late_after_it() =>
        Gen.Select(Gen.Long[1, TimeSpan.TicksPerMinute], Gen.Long[0, 2 * TimeSpan.TicksPerMinute]).Sample(
        (maximum, age) =>
        {
            bool IsLate(long ticks) => Admission.IsLate(_now, _now.AddTicks(ticks), TimeSpan.FromTicks(maximum));
            return !IsLate(Math.Min(age, maximum)) && IsLate(maximum + 1 + age);
        },
        iter: 10_000);

    [Fact]
    public void A_query_without_a_time_is_not_late() =>
        Assert.False(Admission.IsLate(null, _now, TimeSpan.FromSeconds(1)));
}
