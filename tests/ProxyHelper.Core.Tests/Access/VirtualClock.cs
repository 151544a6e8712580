using ProxyHelper.Linux;

namespace ProxyHelper.Tests.Access;

/// <summary>Represents clocks that only a test moves.</summary>
internal sealed class VirtualClock : Clock
{
    private DateTime _now = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);
    private TimeSpan _sinceBoot = TimeSpan.FromDays(3);

    public override DateTime UtcNow => _now;

    public override TimeSpan SinceBoot => _sinceBoot;

    public override TimeSpan Running => _sinceBoot;

    /// <summary>Lets time pass.</summary>
    public void Advance(TimeSpan time)
    {
        _now += time;
        _sinceBoot += time;
    }

    /// <summary>Sets the real-time clock forward, or back by a negative time, as NTP does.</summary>
    public void Set(TimeSpan change) => _now += change;
}
