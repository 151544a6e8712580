namespace ProxyHelper.Benchmarks.Responders;

/// <summary>Represents the options of the responder benchmark.</summary>
internal sealed record ResponderSettings
{
    /// <summary>The description of the options.</summary>
    public const string Usage = """
        ProxyHelper.Benchmarks responder [OPTION VALUE]...
          --flows N        entries in the conntrack table (10000)
          --misses N       the percentage of queries that match no entry (0)
          --window N       open queries; 1 measures the latency of a single query (64)
          --rounds N       the number of rounds (5)
          --seconds N      the time of each measurement (3)
          --of NAMES       daemon, module, or both (daemon)
          --against NAMES  raw, nfct, both, or none (raw,nfct)
          --daemon PATH    a compiled daemon (by default the daemon is compiled first)
        """;

    /// <summary>Gets the number of entries in the table.</summary>
    public required int Flows { get; init; }

    /// <summary>Gets the percentage of queries that match no entry.</summary>
    public required int Misses { get; init; }

    /// <summary>Gets the number of open queries.</summary>
    public required int Window { get; init; }

    /// <summary>Gets the number of rounds.</summary>
    public required int Rounds { get; init; }

    /// <summary>Gets the time of each measurement.</summary>
    public required TimeSpan Time { get; init; }

    /// <summary>Gets the names of our contenders.</summary>
    public required IReadOnlyList<string> Of { get; init; }

    /// <summary>Gets the names of the peers.</summary>
    public required IReadOnlyList<string> Against { get; init; }

    /// <summary>Gets the path of the daemon, or null to compile the daemon.</summary>
    public required string? Daemon { get; init; }

    /// <summary>Reads the options.</summary>
    /// <exception cref="FormatException">Thrown when an option is invalid. The message names it.</exception>
    public static ResponderSettings Parse(IReadOnlyList<string> words)
    {
        var options = new Options(words);
        var settings = new ResponderSettings
        {
            Flows = options.TakeNumber("--flows", 1, RouterFlow.Max, 10_000),
            Misses = options.TakeNumber("--misses", 0, 100, 0),
            Window = options.TakeNumber("--window", 1, Load.LargestWindow, 64),
            Rounds = options.TakeNumber("--rounds", 1, 1000, 5),
            Time = options.TakeSeconds("--seconds", 0.1, 3600, 3),
            Of = options.TakeNames("--of", ["daemon", "module"], "daemon"),
            Against = options.TakeNames("--against", ["raw", "nfct"], "raw,nfct"),
            Daemon = options.TakeText("--daemon"),
        };
        options.End();
        return settings;
    }
}
