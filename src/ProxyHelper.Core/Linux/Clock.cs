using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace ProxyHelper.Linux;

/// <summary>
/// Reads the clocks that a server needs. A server reads them once for each batch, and again before the batch is sent. A
/// test replaces the clocks.
/// </summary>
internal abstract class Clock
{
    /// <summary>Gets the clock of this host.</summary>
    [SupportedOSPlatform("linux")]
    public static Clock System { get; } = new LinuxClock();

    /// <summary>
    /// Gets the current time by the real-time clock, by which the kernel records arrivals. The clock can be set.
    /// </summary>
    public virtual DateTime UtcNow => DateTime.UtcNow;

    /// <summary>
    /// Gets the time since this host was started, for durations. The clock is never set, and it also runs while the
    /// host is suspended, unlike the clock of Stopwatch.
    /// </summary>
    public abstract TimeSpan SinceBoot { get; }

    /// <summary>
    /// Gets the time for which this host has run since its start, without the time for which it was suspended.
    /// </summary>
    public abstract TimeSpan Running { get; }
}

/// <summary>Reads the clocks of Linux.</summary>
internal partial class LinuxClock : Clock
{
    private const int Monotonic = 1; // CLOCK_MONOTONIC (linux/time.h)
    private const int BootTime = 7; // CLOCK_BOOTTIME

    /// <inheritdoc/>
    public override TimeSpan SinceBoot => Read(BootTime);

    /// <inheritdoc/>
    public override TimeSpan Running => Read(Monotonic);

    private static TimeSpan Read(int clock)
    {
        _ = TimeCall(clock, out Time time); // fails only if the kernel lacks the clock, and Linux 2.6.39 has both
        return new TimeSpan(
            (time.Seconds * TimeSpan.TicksPerSecond) + (time.Nanoseconds / TimeSpan.NanosecondsPerTick));
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    [SuppressGCTransition] // the C library reads the clock without a system call
    private static partial int TimeCall(int clock, out Time time);

    /// <summary>struct timespec (linux/time_types.h), on 64-bit machines.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Time
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
