using System.Runtime.Versioning;
using ProxyHelper.Linux;

namespace ProxyHelper.Access;

/// <summary>
/// Measures how old queries are. The kernel records the arrival of a query by the real-time clock, which can be set
/// back. All other durations are measured by the time since boot, so that no age is too small.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class ArrivalClock
{
    // A query that arrived before the clock was set back may wait in any queue. Only after a whole round that began
    // later, no such query is left.
    private const int RoundsToForget = 2;

    private const int MaxReadings = 8;

    private static readonly TimeSpan _longestReading = TimeSpan.FromMilliseconds(1);

    private readonly Clock _clock;
    private DateTime _now;
    private TimeSpan _sinceBoot;
    private long _offset = long.MinValue; // from the time since boot to the real-time clock, in ticks
    private TimeSpan _setBack;
    private int _roundsToForget;

    /// <summary>Reads the clocks for the first time, before queries are received.</summary>
    public ArrivalClock(Clock clock)
    {
        _clock = clock;
        BeginBatch();
    }

    /// <summary>Gets the real time at which the batch was received.</summary>
    public DateTime Now => _now;

    /// <summary>Gets the time since boot at which the batch was received.</summary>
    public TimeSpan SinceBoot => _sinceBoot;

    /// <summary>Reads the clocks after a batch was received.</summary>
    public void BeginBatch()
    {
        // A pause between the readings would look like a clock that is set. In this order, it makes the ages larger.
        int attempts = 0;
        do
        {
            _sinceBoot = _clock.SinceBoot;
            _now = _clock.UtcNow;
        }
        while (_clock.SinceBoot - _sinceBoot > _longestReading && ++attempts < MaxReadings);

        long offset = _now.Ticks - _sinceBoot.Ticks;
        if (offset < _offset)
        {
            _setBack += new TimeSpan(_offset - offset);
            _roundsToForget = RoundsToForget;
        }

        _offset = offset;
    }

    /// <summary>Ends a round in which all queues were emptied.</summary>
    public void EndRound()
    {
        if (_roundsToForget > 0 && --_roundsToForget == 0)
        {
            _setBack = TimeSpan.Zero;
        }
    }

    /// <summary>Returns the age of a query of the batch, or a negative time if the age is unknown.</summary>
    /// <param name="receivedAt">
    /// The time at which the kernel received the query, or null if the kernel did not record the time.
    /// </param>
    /// <returns>
    /// The age if the clock was not set back while the query waited. Otherwise at least the age. A query that seems to
    /// have come later than now arrived while the clock was ahead, and nobody knows how long ago.
    /// </returns>
    public TimeSpan AgeOf(DateTime? receivedAt) => receivedAt is { } at ? _now - at + _setBack : TimeSpan.Zero;

    /// <summary>Returns the time since the batch was received.</summary>
    public TimeSpan SinceBatch()
    {
        TimeSpan byRealTime = _clock.UtcNow - _now, sinceBoot = _clock.SinceBoot - _sinceBoot;
        return byRealTime > sinceBoot ? byRealTime : sinceBoot;
    }
}
