using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using ProxyHelper.EndToEnd;

namespace ProxyHelper.Benchmarks.Listings;

/// <summary>Get-NatMapping in a PowerShell engine of its own, in the calling thread's network; each entry goes down the pipeline.</summary>
internal static partial class StreamedCmdlet
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(10);
    private static readonly string _engine = Path.Combine(Repository.Root, "tests/ProxyHelper.EngineHost/bin/Release/net10.0/ProxyHelper.EngineHost");

    /// <summary>Streams the table once.</summary>
    /// <returns>How long the command took within the engine, and the most memory that the process had.</returns>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static (Timing Timing, int PeakKibibytes) Run()
    {
        using RunningProgram program = Start("stream.ps1");
        int status = program.WaitForExit(_limit);
        Match result = Result().Match(program.Output);
        return status == 0 && result.Success
            ? (new Timing(Number(result, "entries"), TimeSpan.FromMicroseconds(Number(result, "time"))), Number(result, "peak"))
            : throw new InvalidOperationException($"{program.Output.Trim()}\nGet-NatMapping ended with {status}.");
    }

    /// <summary>Ends it in the middle by Ctrl+C.</summary>
    /// <returns>How long it takes until the script has the word again.</returns>
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
        RunningProgram.Start(_engine, Path.Combine(Repository.Root, "tests/ProxyHelper.Benchmarks/Listings", script));

    private static int Number(Match match, string group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(?<entries>\d+) entries in (?<time>\d+) us, peak (?<peak>\d+) KiB\r?$", RegexOptions.Multiline)]
    private static partial Regex Result();
}
