using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace ProxyHelper.Linux;

/// <summary>Finds out whether a process has run since a time.</summary>
[SupportedOSPlatform("linux")]
internal static partial class RunningProcess
{
    private const int TicksPerSecond = 100; // USER_HZ (asm-generic/param.h)
    private const int FieldsBeforeStart = 19; // between the state and the start in /proc/PID/stat (proc_pid_stat(5))
    private const int ClockTolerance = 2; // seconds

    /// <summary>
    /// Returns whether a process runs that was started before a time. The kernel gives the number of a process that has
    /// ended to a later process, which was started after that time.
    /// </summary>
    /// <param name="process">The number of the process.</param>
    /// <param name="time">The time, in seconds since 1970.</param>
    /// <param name="name">The name of the program, or null if the process does not run or its name is hidden.</param>
    public static bool HasRunSince(int process, long time, out string? name)
    {
        name = null;
        if (SignalCall(process, signal: 0) < 0 && LinuxHandle.LastError() == Errno.ESRCH)
        {
            return false;
        }

        try
        {
            return HasRunSince(
                File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat")), time, out name);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return true; // the process is hidden (hidepid, proc(5)), so that its start is unknown
        }
    }

    private static bool HasRunSince(string status, long time, out string? name)
    {
        // The name is in parentheses, and can contain parentheses and blanks.
        int end = status.LastIndexOf(')');
        name = status[(status.IndexOf('(', StringComparison.Ordinal) + 1)..end];
        string[] fields = status[(end + 2)..].Split(' ');
        bool hasEnded = fields[0] is "Z" or "X"; // a zombie
        long startedAt = long.Parse(fields[FieldsBeforeStart], CultureInfo.InvariantCulture) / TicksPerSecond;
        long bootedAt = DateTimeOffset.UtcNow.ToUnixTimeSeconds() - (long)Clock.System.SinceBoot.TotalSeconds;
        return !hasEnded && bootedAt + startedAt <= time + ClockTolerance;
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SignalCall(int process, int signal);
}
