using System.Runtime.InteropServices;
using ProxyHelper.Linux;

namespace ProxyHelper.Benchmarks;

/// <summary>
/// Assigns the load and the contender to two processors, so that the load takes no time from the contender.
/// </summary>
internal static partial class Processor
{
    /// <summary>The processor of the load.</summary>
    public const int OfLoad = 0;

    /// <summary>The processor of the contender.</summary>
    public const int OfContender = 1;

    /// <summary>Keeps the calling thread, and the programs that it starts, on one processor.</summary>
    /// <exception cref="LinuxException">Thrown when the processor is missing or may not be used (EINVAL).</exception>
    public static void Keep(int processor)
    {
        const int callingThread = 0;
        if (SetAffinityCall(callingThread, sizeof(ulong), 1ul << processor) != 0)
        {
            throw new LinuxException(
                $"use processor {processor} (0 and 1 are needed; see taskset -p $$)", LinuxHandle.LastError());
        }
    }

    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    private static partial int SetAffinityCall(int thread, nuint size, in ulong processors);
}
