using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace ProxyHelper.Linux;

/// <summary>
/// Reads the two clocks that a server needs. A server reads them once for each batch, and again before the batch is
/// sent. A test replaces the clocks.
/// </summary>
[SupportedOSPlatform("linux")]
internal partial class Clock
{
    private const int BootTime = 7; // CLOCK_BOOTTIME (linux/time.h)

    /// <summary>Makes a clock.</summary>
    protected Clock()
    {
    }

    /// <summary>Gets the clock of this host.</summary>
    public static Clock System { get; } = new();

    /// <summary>
    /// Gets the current time by the real-time clock, by which the kernel records arrivals. The clock can be set.
    /// </summary>
    public virtual DateTime UtcNow => DateTime.UtcNow;

    /// <summary>
    /// Gets the time since this host was started, for durations. The clock is never set, and it also runs while the
    /// host is suspended, unlike the clock of Stopwatch.
    /// </summary>
    public virtual TimeSpan SinceBoot
    {
        get
        {
            _ = TimeCall(BootTime, out Time time); // fails only if the kernel lacks the clock, and Linux 2.6.39 has it
            return new TimeSpan(
                (time.Seconds * TimeSpan.TicksPerSecond) + (time.Nanoseconds / TimeSpan.NanosecondsPerTick));
        }
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
