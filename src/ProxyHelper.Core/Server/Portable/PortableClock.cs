using System.Diagnostics;
using ProxyHelper.Linux;

namespace ProxyHelper.Server.Portable;

/// <summary>
/// Reads the clocks of .NET. On some systems, the clock of Stopwatch stands still while the host is suspended. The
/// real-time clock then seems to be set forward. So each step forward counts as time that has passed: a query that
/// waited meanwhile is too old, and no late reply leaves. Any thread may read the clock.
/// </summary>
/// <param name="readTime">Reads the real-time clock.</param>
/// <param name="readStopwatch">Reads the clock of Stopwatch.</param>
internal sealed class PortableClock(Func<DateTime> readTime, Func<TimeSpan> readStopwatch) : Clock
{
    // The real-time clock is also adjusted in small steps, which are no suspension.
    private static readonly TimeSpan _smallestStep = TimeSpan.FromMilliseconds(50);

    private readonly Lock _lock = new();
    private TimeSpan? _offset; // from the clock of Stopwatch to the real-time clock
    private TimeSpan _suspended;

    /// <summary>Creates a clock with the clocks of this host.</summary>
    public PortableClock()
        : this(() => DateTime.UtcNow, () => Stopwatch.GetElapsedTime(0))
    {
    }

    /// <inheritdoc/>
    public override DateTime UtcNow => readTime();

    /// <inheritdoc/>
    public override TimeSpan SinceBoot
    {
        get
        {
            lock (_lock)
            {
                TimeSpan running = readStopwatch();
                TimeSpan offset = new(readTime().Ticks - running.Ticks);
                if (_offset is { } before && offset - before < _smallestStep && before - offset < _smallestStep)
                {
                    return running + _suspended; // the offset stays, so that small steps add up
                }

                _suspended += _offset is { } known && offset > known ? offset - known : TimeSpan.Zero;
                _offset = offset;
                return running + _suspended;
            }
        }
    }

    /// <inheritdoc/>
    public override TimeSpan Running => readStopwatch();
}
