using System.Globalization;
using System.Text.RegularExpressions;

namespace ProxyHelper.Benchmarks.Listings;

/// <summary>Measures the program conntrack from its start to its end. Its output is discarded.</summary>
internal static partial class ConntrackTool
{
    private const string Script = "PATH=$PATH:/usr/sbin:/sbin; exec conntrack -L \"$@\" >/dev/null";

    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(10);

    /// <summary>Lists the table of the calling thread's network.</summary>
    /// <param name="arguments">A filter, such as -s and an address.</param>
    /// <exception cref="InvalidOperationException">Thrown when the program is missing or failed.</exception>
    public static Timing List(params string[] arguments) => Timing.Of(() =>
    {
        using RunningProgram program = RunningProgram.Start("sh", ["-c", Script, "sh", .. arguments]);
        int status = program.WaitForExit(_limit);
        Match end = LastLine().Match(program.Output);
        return status == 0 && end.Success
            ? int.Parse(end.Groups["entries"].Value, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException(
                $"{program.Output.Trim()}\nconntrack -L ended with {status}. Run 'apt-get install conntrack'.");
    });

    /// <summary>
    /// Matches the last line on standard error: "conntrack v1.4.7 (conntrack-tools): 1000 flow entries have been
    /// shown."
    /// </summary>
    [GeneratedRegex(@"(?<entries>\d+) flow entries have been shown")]
    private static partial Regex LastLine();
}
