using System.Runtime.InteropServices;
using ProxyHelper.Linux;

namespace ProxyHelper.Benchmarks;

/// <summary>The two processors of a measurement: the one who asks never takes time from the one who is asked.</summary>
internal static partial class Processor
{
    /// <summary>Of whoever measures.</summary>
    public const int OfLoad = 0;

    /// <summary>Of the program that is measured.</summary>
    public const int OfContender = 1;

    /// <summary>Keeps the calling thread, and what it starts from now on, on one processor.</summary>
    /// <exception cref="LinuxException">EINVAL: this machine has no such processor, or this process may not use it.</exception>
    public static void Keep(int processor)
    {
        const int callingThread = 0;
        if (SetAffinityCall(callingThread, sizeof(ulong), 1ul << processor) != 0)
        {
            throw new LinuxException($"use processor {processor} (0 and 1 are needed; see taskset -p $$)", LinuxHandle.LastError());
        }
    }

    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    private static partial int SetAffinityCall(int thread, nuint size, in ulong processors);
}
