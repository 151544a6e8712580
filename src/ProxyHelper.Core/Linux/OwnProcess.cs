using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace ProxyHelper.Linux;

/// <summary>Starts threads of this process, and ends the process.</summary>
internal static partial class OwnProcess
{
    /// <summary>Starts a thread. If the start fails, the state of the thread does not change.</summary>
    /// <exception cref="LinuxException">Thrown when a limit of threads is reached, or no memory is left.</exception>
    public static void Start(Thread thread)
    {
        try
        {
            thread.Start();
        }
        catch (Exception failure) when (failure is OutOfMemoryException or ThreadStartException)
        {
            // .NET gives no other cause. The kernel refuses with EAGAIN.
            throw new LinuxException(LinuxException.ThreadCall, Errno.EAGAIN);
        }
    }

    /// <summary>
    /// Ends the process at once (_exit). Unlike <see cref="Environment.Exit"/>, the method does not wait for a thread
    /// that hangs in the C library.
    /// </summary>
    [SupportedOSPlatform("linux")]
    [LibraryImport("libc", EntryPoint = "_exit")]
    public static partial void Exit(int status);
}
