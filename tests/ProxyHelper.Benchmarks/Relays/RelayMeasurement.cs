using System.Globalization;
using ProxyHelper.Benchmarks.Scaling.Measuring;

namespace ProxyHelper.Benchmarks.Relays;

/// <summary>Represents the figures of one relay in one round.</summary>
internal sealed record RelayMeasurement
{
    private static readonly TimeSpan _longestWarmUp = TimeSpan.FromSeconds(1);

    /// <summary>Gets the number of connections that failed.</summary>
    public required double Failed { get; init; }

    /// <summary>Gets the connections a second.</summary>
    public required double Rate { get; init; }

    /// <summary>Gets the microseconds of processor time for a connection.</summary>
    public required double ConnectionTime { get; init; }

    /// <summary>Gets the 99th percentile of the time of a connection in milliseconds.</summary>
    public required double Percentile99 { get; init; }

    /// <summary>
    /// Gets the seconds of processor time for a gigabyte: one upload, one download, and many uploads.
    /// </summary>
    public required IReadOnlyList<double> GigabyteTimes { get; init; }

    /// <summary>Gets the gigabits a second of the same streams.</summary>
    public required IReadOnlyList<double> Gigabits { get; init; }

    /// <summary>Gets the KiB of the relay's own memory for an idle connection.</summary>
    public required double IdleMemory { get; init; }

    /// <summary>Measures a relay in a network of its own.</summary>
    public static RelayMeasurement Take(RelayContender contender, RelayBenchmarkSettings settings, RelayPeers peers)
    {
        using RunningProgram server = peers.StartServer();
        using RunningProgram relay = contender.Start();
        double idle = MeasureIdle(relay, settings, peers);
        peers.Run("connections", settings.Connections, Shorter(settings.Time, _longestWarmUp));
        (RelayLoad connections, double time) = Measure(relay, () => peers.Run(
            "connections", settings.Connections, settings.Time));
        (string Kind, int Count)[] kinds = [("upload", 1), ("download", 1), ("upload", settings.Streams)];
        (RelayLoad Load, double Time)[] streams =
            [.. kinds.Select(kind => Measure(relay, () => peers.Run(kind.Kind, kind.Count, settings.Time)))];
        return new RelayMeasurement
        {
            Failed = connections.Failed,
            Rate = connections.Done / connections.Seconds,
            ConnectionTime = time / connections.Done,
            Percentile99 = connections.Percentile99 / 1000,
            GigabyteTimes = [.. streams.Select(stream => stream.Time / 1e6 / (stream.Load.Done / 1e9))],
            Gigabits = [.. streams.Select(stream => stream.Load.Done * 8 / 1e9 / stream.Load.Seconds)],
            IdleMemory = idle,
        };
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static (RelayLoad Load, double Time) Measure(RunningProgram relay, Func<RelayLoad> run)
    {
        double before = ProcessorTime.Microseconds(relay.Id);
        RelayLoad load = run();
        return (load, ProcessorTime.Microseconds(relay.Id) - before);
    }

    /// <summary>Measures idle connections first: memory that was used before would be used again.</summary>
    private static double MeasureIdle(RunningProgram relay, RelayBenchmarkSettings settings, RelayPeers peers)
    {
        double before = ReadPrivateKibibytes(relay.Id);
        using RunningProgram idle = peers.StartIdle(settings.Idle);

        // The relay has accepted a connection when both of its sockets are open.
        bool isOpen = SpinWait.SpinUntil(
            () => ProcessState.Descriptors(relay.Id) >= 2 * settings.Idle, Patience.Limit);
        return isOpen
            ? (ReadPrivateKibibytes(relay.Id) - before) / settings.Idle
            : throw new InvalidOperationException($"The relay has not opened {settings.Idle} idle connections.");
    }

    private static double ReadPrivateKibibytes(int process)
    {
        const string name = "Private_Dirty:";
        string line = File.ReadLines($"/proc/{process}/smaps_rollup")
            .Single(line => line.StartsWith(name, StringComparison.Ordinal));
        return double.Parse(
            line[name.Length..].Replace("kB", string.Empty, StringComparison.Ordinal), CultureInfo.InvariantCulture);
    }
}
