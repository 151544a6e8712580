namespace ProxyHelper.Benchmarks.Relays;

/// <summary>Represents the options of the relay benchmark.</summary>
/// <param name="Connections">The number of connections at the same time.</param>
/// <param name="Streams">The number of streams at the same time.</param>
/// <param name="Idle">The number of idle connections.</param>
/// <param name="Rounds">The number of rounds.</param>
/// <param name="Time">The time of each measurement.</param>
internal sealed record RelayBenchmarkSettings(int Connections, int Streams, int Idle, int Rounds, TimeSpan Time)
{
    /// <summary>The description of the options.</summary>
    public const string Usage = """
        ProxyHelper.Benchmarks relay [OPTION VALUE]...
          --connections N  connections at the same time (50)
          --streams N      streams at the same time, besides a single one (100)
          --idle N         idle connections (5000)
          --rounds N       the number of rounds (5)
          --seconds N      the time of each measurement (3)
          --of NAMES       relay, no-query, or both (relay,no-query)
          --against NAMES  haproxy, or none (haproxy)
          --daemon PATH    a compiled daemon (by default the daemon is compiled first)
        """;

    /// <summary>Gets the names of our relays.</summary>
    public required IReadOnlyList<string> Of { get; init; }

    /// <summary>Gets the names of the peers.</summary>
    public required IReadOnlyList<string> Against { get; init; }

    /// <summary>Gets the path of the daemon, or null to compile the daemon.</summary>
    public required string? Daemon { get; init; }

    /// <summary>Reads the options.</summary>
    /// <exception cref="FormatException">Thrown when an option is invalid. The message names it.</exception>
    public static RelayBenchmarkSettings Parse(IReadOnlyList<string> words)
    {
        var options = new Options(words);
        var settings = new RelayBenchmarkSettings(
            options.TakeNumber("--connections", 1, 1000, 50),
            options.TakeNumber("--streams", 1, 1000, 100),
            options.TakeNumber("--idle", 1, RelayContender.MaxConnections, 5000),
            options.TakeNumber("--rounds", 1, 1000, 5),
            options.TakeSeconds("--seconds", 0.1, 3600, 3))
        {
            Of = options.TakeNames(
                "--of",
                [RelayContender.Relay, RelayContender.WithoutQuery],
                $"{RelayContender.Relay},{RelayContender.WithoutQuery}"),
            Against = options.TakeNames("--against", [RelayContender.Haproxy], RelayContender.Haproxy),
            Daemon = options.TakeText("--daemon"),
        };
        options.End();
        return settings;
    }
}
