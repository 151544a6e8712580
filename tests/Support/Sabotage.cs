using System.Globalization;
using System.Runtime.InteropServices;

namespace ProxyHelper.TestSupport;

/// <summary>What breaks a running thread's system calls.</summary>
public static partial class Sabotage
{
    private const int WindowChanged = 28; // SIGWINCH

    /// <summary>Puts /dev/null where a socket was: from now on every call on it fails.</summary>
    public static void Kill(SafeHandle socket)
    {
        using SafeHandle nothing = File.OpenHandle("/dev/null");
        int place = (int)socket.DangerousGetHandle();
        if (DuplicateCall((int)nothing.DangerousGetHandle(), place) != place)
        {
            throw new InvalidOperationException($"dup2: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    /// <summary>Sends every thread of this process a signal, which breaks off what it waits for; somebody must handle it.</summary>
    public static void InterruptAllThreads()
    {
        foreach (string path in Directory.GetDirectories("/proc/self/task"))
        {
            // One that has ended meanwhile is nobody's loss.
            _ = SignalCall(Environment.ProcessId, int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture), WindowChanged);
        }
    }

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    private static partial int DuplicateCall(int descriptor, int place);

    [LibraryImport("libc", EntryPoint = "tgkill", SetLastError = true)]
    private static partial int SignalCall(int process, int thread, int signal);
}
