using System.Globalization;

namespace ProxyHelper.Benchmarks.Scaling.Measuring;

/// <summary>Reads the memory of kernel objects. Conntrack entries are a part of them.</summary>
internal static class KernelMemory
{
    /// <summary>Returns the bytes of objects that the kernel cannot reclaim.</summary>
    public static long ReadBytes()
    {
        const string name = "SUnreclaim:";
        string line = File.ReadLines("/proc/meminfo").Single(line => line.StartsWith(name, StringComparison.Ordinal));
        string kibibytes = line[name.Length..].Replace("kB", string.Empty, StringComparison.Ordinal);
        return 1024 * long.Parse(kibibytes, CultureInfo.InvariantCulture);
    }
}
