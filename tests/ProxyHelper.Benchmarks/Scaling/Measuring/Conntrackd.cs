using System.Globalization;
using System.Text.RegularExpressions;
using ProxyHelper.TestSupport.Pair;

namespace ProxyHelper.Benchmarks.Scaling.Measuring;

/// <summary>Represents a conntrackd that runs on a host, and the commands that it accepts.</summary>
internal sealed partial class Conntrackd : IDisposable
{
    // A commit of 1,000,000 entries takes seconds. A busy machine may need longer.
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(5);

    private readonly NetworkHost _host;
    private readonly string _configuration;
    private readonly RunningProgram _program;

    /// <summary>Starts conntrackd, and waits until it accepts commands.</summary>
    /// <param name="host">The host.</param>
    /// <param name="configuration">The path of the configuration.</param>
    public Conntrackd(NetworkHost host, string configuration)
    {
        _host = host;
        _configuration = configuration;
        string path = Requirement.Find("conntrackd")
            ?? throw new InvalidOperationException("conntrackd is missing. Run 'apt-get install conntrackd'.");
        _program = host.Run(() => RunningProgram.Start(path, "-C", configuration));
        try
        {
            _program.AwaitAsync("initialization completed").GetAwaiter().GetResult();
        }
        catch
        {
            _program.Dispose();
            throw;
        }
    }

    /// <summary>Gets the processor time in microseconds.</summary>
    public double Processor => ProcessorTime.Microseconds(_program.Id);

    /// <summary>Gets the resident memory in bytes.</summary>
    public long Memory => 1024L * ProcessState.ResidentKibibytes(_program.Id);

    /// <summary>Gets the largest resident memory up to now in bytes.</summary>
    public long PeakMemory => 1024L * ProcessState.PeakKibibytes(_program.Id);

    /// <summary>Sends a command, such as -c, and waits for its end.</summary>
    public string Command(params string[] words) =>
        _host.Run(() => Tool.Run("conntrackd", ["-C", _configuration, .. words]));

    /// <summary>Waits until a cache has a number of entries.</summary>
    /// <exception cref="InvalidOperationException">Thrown when entries are missing at the time limit.</exception>
    public void AwaitEntries(string cache, int entries, CancellationToken stop)
    {
        DateTime end = DateTime.UtcNow + _limit;
        int count;
        while ((count = Entries(cache)) != entries)
        {
            stop.ThrowIfCancellationRequested();
            if (DateTime.UtcNow > end)
            {
                throw new InvalidOperationException(
                    $"The {cache} cache has {count} of {entries} entries. conntrackd's output:\n{_program.Output}");
            }

            // conntrackd serves commands and entries in one thread, so many commands would delay the entries.
            stop.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(20));
        }
    }

    /// <summary>Commits the external cache.</summary>
    /// <returns>The seconds that conntrackd reports.</returns>
    public double Commit()
    {
        int commits = CommitLine().Count(_program.Output);
        Command("-c");
        _program.AwaitTimes(commits + 1, "commit has taken");
        Match last = CommitLine().Matches(_program.Output)[^1];
        return double.Parse(last.Groups["time"].Value, CultureInfo.InvariantCulture);
    }

    /// <inheritdoc/>
    public void Dispose() => _program.Dispose();

    private int Entries(string cache)
    {
        string text = Command("-s");
        return PairCaches.ReadCount(text, cache) is var count and >= 0
            ? count
            : throw new InvalidOperationException($"'conntrackd -s' shows no {cache} cache: {text}");
    }

    [GeneratedRegex(@"commit has taken (?<time>[\d.]+) seconds")]
    private static partial Regex CommitLine();
}
