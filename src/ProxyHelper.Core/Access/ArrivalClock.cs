using ProxyHelper.Linux;

namespace ProxyHelper.Access;

/// <summary>
/// Measures how old queries are. The kernel records the arrival of a query by the real-time clock, which can be set
/// back. All other durations are measured by the time since boot, so that no age is too small.
/// </summary>
internal sealed class ArrivalClock
{
    // A query that arrived before the clock was set back may wait in any queue. Only after a whole round that began
    // later, no such query is left. The round in which the change is noticed has begun earlier.
    private const int RoundsToForget = 2;

    private const int MaxReadings = 8;

    // A longer pause between two readings is repeated. The time since boot and the real-time clock run at the same
    // speed, also while the speed is adjusted. A smaller fall of the offset comes from the pauses.
    private static readonly TimeSpan _longestReading = TimeSpan.FromMilliseconds(1);

    private readonly Clock _clock;
    private DateTime _now;
    private TimeSpan _sinceBoot;
    private TimeSpan _offset = TimeSpan.MinValue; // from the time since boot to the real-time clock
    private TimeSpan _largestOffset; // of all clocks by which the arrival of a waiting query may be recorded
    private DateTime _newestEarlier; // no query that arrived before the clock was set back has a later time
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
        TimeSpan reading = ReadClocks();
        TimeSpan offset = new(_now.Ticks - _sinceBoot.Ticks);
        if (_offset > offset + _longestReading)
        {
            DateTime newest = _now + (_offset - offset) + reading;
            _newestEarlier = newest > _newestEarlier ? newest : _newestEarlier;
            _roundsToForget = RoundsToForget;
        }

        _offset = offset;
        _largestOffset = _roundsToForget > 0 && _largestOffset > offset ? _largestOffset : offset;
        _setBack = _largestOffset - offset;
    }

    /// <summary>
    /// Reads the clocks when no query has arrived for a while, so that a clock that was set back is noticed before the
    /// next query.
    /// </summary>
    /// <returns>
    /// Whether the clock was set back. All queues must be emptied in the round that begins, because queries may have
    /// arrived immediately before the change.
    /// </returns>
    public bool BeginIdleRound()
    {
        BeginBatch();
        if (_roundsToForget < RoundsToForget)
        {
            return false;
        }

        _roundsToForget = 1;
        return true;
    }

    /// <summary>Ends a round in which all queues were emptied.</summary>
    public void EndRound()
    {
        if (_roundsToForget > 0 && --_roundsToForget == 0)
        {
            _largestOffset = _offset;
            _newestEarlier = DateTime.MinValue;
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
    public TimeSpan AgeOf(DateTime? receivedAt) => receivedAt is { } at
        ? _now - at + (at <= _newestEarlier ? _setBack : TimeSpan.Zero)
        : TimeSpan.Zero;

    /// <summary>Returns the time since the batch was received.</summary>
    public TimeSpan SinceBatch() => _clock.SinceBoot - _sinceBoot;

    /// <summary>Reads both clocks, the real-time clock later.</summary>
    /// <returns>The longest time that may lie between the readings.</returns>
    private TimeSpan ReadClocks()
    {
        // A pause between the readings would look like a clock that is set. In this order, it makes the ages larger.
        int attempts = 0;
        TimeSpan reading;
        do
        {
            _sinceBoot = _clock.SinceBoot;
            _now = _clock.UtcNow;
            reading = _clock.SinceBoot - _sinceBoot;
        }
        while (reading > _longestReading && ++attempts < MaxReadings);

        return reading;
    }
}
