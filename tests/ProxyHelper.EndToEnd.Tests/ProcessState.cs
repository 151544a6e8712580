using System.Globalization;

namespace ProxyHelper.EndToEnd;

/// <summary>What the kernel says of a process.</summary>
internal static class ProcessState
{
    /// <summary>The most memory that it ever had at once.</summary>
    public static int PeakKibibytes(int process) => Read(process, "VmHWM:");

    /// <summary>The memory that it has now.</summary>
    public static int ResidentKibibytes(int process) => Read(process, "VmRSS:");

    /// <summary>How many threads it has.</summary>
    public static int Threads(int process) => Read(process, "Threads:");

    /// <summary>How many descriptors it has open.</summary>
    public static int Descriptors(int process) => Directory.GetFileSystemEntries($"/proc/{process}/fd").Length;

    private static int Read(int process, string name)
    {
        string line = File.ReadLines($"/proc/{process}/status").Single(line => line.StartsWith(name, StringComparison.Ordinal));
        return int.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
