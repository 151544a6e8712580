using System.Diagnostics;

namespace ProxyHelper.Conntrack;

/// <summary>Decides when a watch lists the table. The first listing is due at once.</summary>
/// <param name="interval">The time from the end of a listing to the start of the next one.</param>
internal sealed class ListingSchedule(TimeSpan interval)
{
    // Listing a large table takes time. Listings that look for changes without an event take at most a twentieth of all
    // time.
    private const int IntervalFactor = 20;

    private long _dueAt = Stopwatch.GetTimestamp();
    private long _beganAt;

    /// <summary>Gets whether a listing is due.</summary>
    public bool IsDue => Stopwatch.GetTimestamp() >= _dueAt;

    /// <summary>Gets the time until a listing is due. During a listing, this is the longest time.</summary>
    public TimeSpan UntilDue => _dueAt == long.MaxValue
        ? TimeSpan.MaxValue
        : Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), _dueAt);

    /// <summary>Makes a listing due, at the latest when the current one ends.</summary>
    public void MakeDue() => _dueAt = Stopwatch.GetTimestamp();

    /// <summary>Begins a listing.</summary>
    public void Begin()
    {
        _beganAt = Stopwatch.GetTimestamp();
        _dueAt = long.MaxValue;
    }

    /// <summary>Ends a listing, and plans the next one.</summary>
    /// <returns>True if the next listing was made due during this one.</returns>
    public bool End()
    {
        if (_dueAt != long.MaxValue)
        {
            return true;
        }

        long now = Stopwatch.GetTimestamp();
        long pause = (long)(interval.TotalSeconds * Stopwatch.Frequency);
        _dueAt = now + Math.Max(pause, (now - _beganAt) * IntervalFactor);
        return false;
    }
}
