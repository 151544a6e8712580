using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace ProxyHelper.Benchmarks.Listings;

/// <summary>
/// Runs Get-NatMapping in its own shell, in the calling thread's network. Each entry passes through the pipeline.
/// </summary>
internal static partial class StreamedCmdlet
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(10);

    /// <summary>Lists the table once.</summary>
    /// <returns>The time of the command within the engine, and the peak memory of the process.</returns>
    /// <exception cref="InvalidOperationException">Thrown when the command failed.</exception>
    public static (Timing Timing, int PeakKibibytes) Run()
    {
        using RunningProgram program = Start("stream.ps1");
        int status = program.WaitForExit(_limit);
        Match result = Result().Match(program.Output);
        return status == 0 && result.Success
            ? (
                new Timing(Number(result, "entries"), TimeSpan.FromMicroseconds(Number(result, "time"))),
                Number(result, "peak"))
            : throw new InvalidOperationException($"{program.Output.Trim()}\nGet-NatMapping ended with {status}.");
    }

    /// <summary>Interrupts the listing with Ctrl+C.</summary>
    /// <returns>The time until the script continues.</returns>
    public static TimeSpan Stop()
    {
        using RunningProgram program = Start("stop.ps1");
        program.AwaitAsync("streaming").GetAwaiter().GetResult();
        long start = Stopwatch.GetTimestamp();
        program.Signal(PosixSignal.SIGINT);
        program.AwaitAsync("stopped").GetAwaiter().GetResult();
        TimeSpan time = Stopwatch.GetElapsedTime(start);
        program.WaitForExit(_limit);
        return time;
    }

    private static RunningProgram Start(string script) =>
        Shell.Start(Path.Combine(Repository.Root, "tests/ProxyHelper.Benchmarks/Listings", script));

    private static int Number(Match match, string group) =>
        int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(?<entries>\d+) entries in (?<time>\d+) us, peak (?<peak>\d+) KiB\r?$", RegexOptions.Multiline)]
    private static partial Regex Result();
}
