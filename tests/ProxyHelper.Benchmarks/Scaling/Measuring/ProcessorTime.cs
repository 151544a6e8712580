using System.Globalization;

namespace ProxyHelper.Benchmarks.Scaling.Measuring;

/// <summary>Reads the processor time of a process, which other programs on the machine hardly change.</summary>
internal static class ProcessorTime
{
    /// <summary>Returns the microseconds that the threads of the process have run, in the kernel too.</summary>
    public static double Microseconds(int process) => Directory.GetDirectories($"/proc/{process}/task")
        .Sum(thread => long.Parse(
            File.ReadAllText(Path.Combine(thread, "schedstat")).Split(' ')[0], CultureInfo.InvariantCulture)) / 1000.0;
}
