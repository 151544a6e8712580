using System.Globalization;
using System.Runtime.InteropServices;

namespace ProxyHelper.TestSupport;

/// <summary>Breaks system calls of a running thread.</summary>
public static partial class Sabotage
{
    private const int WindowChanged = 28; // SIGWINCH

    /// <summary>Replaces a socket by /dev/null, so that every later call on the socket fails.</summary>
    public static void Kill(SafeHandle socket)
    {
        using SafeHandle nothing = File.OpenHandle("/dev/null");
        Descriptor.Replace((int)socket.DangerousGetHandle(), (int)nothing.DangerousGetHandle());
    }

    /// <summary>
    /// Sends a signal to every thread of this process, which interrupts its system call. The process must handle the
    /// signal.
    /// </summary>
    public static void InterruptAllThreads()
    {
        foreach (string path in Directory.GetDirectories("/proc/self/task"))
        {
            // A thread that has ended in the meantime does not matter.
            _ = SignalCall(Environment.ProcessId, int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture),
                WindowChanged);
        }
    }

    [LibraryImport("libc", EntryPoint = "tgkill", SetLastError = true)]
    private static partial int SignalCall(int process, int thread, int signal);
}
