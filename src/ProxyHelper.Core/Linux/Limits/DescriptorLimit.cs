using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace ProxyHelper.Linux.Limits;

/// <summary>Represents the largest numbers of descriptors that this process may have open (RLIMIT_NOFILE).</summary>
/// <param name="Soft">The limit that is in force.</param>
/// <param name="Hard">The limit up to which this process may raise the soft limit.</param>
[SupportedOSPlatform("linux")]
internal readonly partial record struct DescriptorLimit(ulong Soft, ulong Hard)
{
    private const int OpenFiles = 7; // RLIMIT_NOFILE (asm-generic/resource.h)

    /// <summary>Reads the limits.</summary>
    /// <exception cref="LinuxException">Thrown when the kernel refuses the call.</exception>
    public static DescriptorLimit Read()
    {
        LinuxHandle.Check(GetLimit(OpenFiles, out Limits limits), "getrlimit");
        return new DescriptorLimit(limits.Soft, limits.Hard);
    }

    /// <summary>
    /// Raises the soft limit to a number of descriptors, or as far as the hard limit allows. A larger soft limit stays.
    /// </summary>
    /// <returns>The limits that are now in force.</returns>
    /// <exception cref="LinuxException">Thrown when the kernel refuses the call.</exception>
    public static DescriptorLimit Raise(ulong needed)
    {
        DescriptorLimit before = Read();
        if (before.Soft >= needed)
        {
            return before;
        }

        var limits = new Limits { Soft = Math.Min(needed, before.Hard), Hard = before.Hard };
        LinuxHandle.Check(SetLimit(OpenFiles, in limits), "setrlimit");
        return new DescriptorLimit(limits.Soft, limits.Hard);
    }

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    private static partial int GetLimit(int resource, out Limits limits);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetLimit(int resource, in Limits limits);

    /// <summary>Represents struct rlimit of 64-bit systems (bits/resource.h).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Limits
    {
        public ulong Soft;
        public ulong Hard;
    }
}
