using System.Globalization;
using System.Text.RegularExpressions;

namespace ProxyHelper.Benchmarks.Reading;

/// <summary>Measures awk that prints two fields of each line of a file.</summary>
internal static partial class AwkProgram
{
    private const string Script = "awk '{ print $5, $6 }' \"$1\" > /dev/null && times";

    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(10);

    /// <summary>Returns the processor time of awk.</summary>
    /// <exception cref="InvalidOperationException">Thrown when awk is missing or failed.</exception>
    public static TimeSpan Measure(string path)
    {
        using RunningProgram program = RunningProgram.Start("sh", "-c", Script, "sh", path);
        int status = program.WaitForExit(_limit);
        string[] lines = program.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return status == 0 && lines.Length == 2
            ? ProcessorTime().Matches(lines[1]).Aggregate(TimeSpan.Zero, (sum, match) => sum + TimeOf(match))
            : throw new InvalidOperationException($"{program.Output.Trim()}\nawk ended with {status}.");
    }

    private static TimeSpan TimeOf(Match match) =>
        TimeSpan.FromMinutes(int.Parse(match.Groups["minutes"].Value, CultureInfo.InvariantCulture))
        + TimeSpan.FromSeconds(double.Parse(match.Groups["seconds"].Value, CultureInfo.InvariantCulture));

    // The second line of "times" has the user time and the system time of the programs that the shell has started.
    [GeneratedRegex(@"(?<minutes>\d+)m(?<seconds>[\d.]+)s")]
    private static partial Regex ProcessorTime();
}
