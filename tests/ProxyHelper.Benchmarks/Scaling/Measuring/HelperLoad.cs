using ProxyHelper.Benchmarks.Responders;

namespace ProxyHelper.Benchmarks.Scaling.Measuring;

/// <summary>Runs the daemon and sends queries to it.</summary>
internal static class HelperLoad
{
    private const int ManyQueries = 64;
    private static readonly TimeSpan _warmUp = TimeSpan.FromSeconds(0.2);
    private static readonly TimeSpan _time = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Returns the processor time of the daemon for one query in microseconds, in the calling thread's network.
    /// </summary>
    public static double ProcessorTimeOfQuery(int entries, string daemon, CancellationToken stop)
    {
        using RunningProgram program = Start(daemon);
        using Load load = Load.Open(Settings(entries, misses: 0, ManyQueries));
        load.Run(_warmUp, stop);
        double time = ProcessorTime.Microseconds(program.Id);
        LoadResult result = load.Run(_time, stop);
        time = ProcessorTime.Microseconds(program.Id) - time;

        // On a busy machine a reply can come after the patience of the load, so a lost query is no fault here.
        return result is { Wrong: 0, Right: > 0 }
            ? time / result.Right
            : throw new InvalidOperationException($"{result.Right} correct and {result.Wrong} wrong replies.");
    }

    /// <summary>
    /// Sends one query at a time about a missing entry while an action runs, and at least for a second.
    /// </summary>
    public static Latency RunDuring(NetworkHost host, string daemon, Func<double> action, CancellationToken stop) =>
        host.Run(() =>
        {
            using RunningProgram program = Start(daemon);
            using Load load = Load.Open(Settings(entries: 1, misses: 100, window: 1));
            load.Run(_warmUp, stop);
            Task<double> running = Task.Run(action, CancellationToken.None);
            LoadResult result = load.Run(_time, () => running.IsCompleted, stop);
            running.GetAwaiter().GetResult();
            return result.Wrong == 0
                ? new Latency(result.Median, result.Percentile99, load.Longest)
                : throw new InvalidOperationException($"{result.Wrong} wrong replies during a commit.");
        });

    // The daemon also replies after more than a second, so that the time of a query that had to wait is known.
    private static RunningProgram Start(string daemon) =>
        new Contender("daemon", daemon, "-I", "194.0.1.1", "--rate", "0", "--max-delay", "10").Start();

    private static ResponderSettings Settings(int entries, int misses, int window) =>
        ResponderSettings.Parse(["--flows", $"{entries}", "--misses", $"{misses}", "--window", $"{window}"]);

    /// <summary>Represents times of replies in microseconds.</summary>
    internal readonly record struct Latency(double Median, double Percentile99, double Longest);
}
