namespace ProxyHelper.Tests.Client;

/// <summary>
/// Represents the clock of a process that stands still for an hour between two readings. Its timers never fire, so a
/// reply always comes before the end of the time limit is noticed.
/// </summary>
internal sealed class LateClock : TimeProvider
{
    private long _readings;

    public override long TimestampFrequency => 1;

    public override long GetTimestamp() => _readings++ * 3600;
}
