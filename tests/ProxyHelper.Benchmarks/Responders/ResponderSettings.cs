namespace ProxyHelper.Benchmarks.Responders;

/// <summary>What is asked of a responder, and of which.</summary>
/// <param name="Flows">How many entries the table has.</param>
/// <param name="Misses">How many of a hundred queries are about no entry.</param>
/// <param name="Window">How many queries are in flight.</param>
/// <param name="Rounds">How often each is measured.</param>
/// <param name="Time">How long each time.</param>
/// <param name="Of">The names of what is measured.</param>
/// <param name="Against">The names of what it is measured against.</param>
/// <param name="Daemon">Where the daemon is; null to compile it.</param>
internal sealed record ResponderSettings(
    int Flows, int Misses, int Window, int Rounds, TimeSpan Time, IReadOnlyList<string> Of, IReadOnlyList<string> Against, string? Daemon)
{
    /// <summary>How they are written.</summary>
    public const string Usage = """
        ProxyHelper.Benchmarks responder [OPTION VALUE]...
          --flows N        entries in the conntrack table (10000)
          --misses N       of a hundred queries, how many are about no entry (0)
          --window N       queries in flight; 1 measures the latency of one alone (64)
          --rounds N       how often each is measured (5)
          --seconds N      how long each time (3)
          --of NAMES       daemon, module, or both (daemon)
          --against NAMES  raw, nfct, both, or none (raw,nfct)
          --daemon PATH    a compiled daemon (else it is compiled first)
        """;

    /// <summary>Reads them.</summary>
    /// <exception cref="FormatException">They are not written so; the message says what is wrong.</exception>
    public static ResponderSettings Parse(IReadOnlyList<string> words)
    {
        var options = new Options(words);
        var settings = new ResponderSettings(
            options.TakeNumber("--flows", 1, RouterFlow.Most, 10_000),
            options.TakeNumber("--misses", 0, 100, 0),
            options.TakeNumber("--window", 1, Load.LargestWindow, 64),
            options.TakeNumber("--rounds", 1, 1000, 5),
            options.TakeSeconds("--seconds", 0.1, 3600, 3),
            options.TakeNames("--of", ["daemon", "module"], "daemon"),
            options.TakeNames("--against", ["raw", "nfct"], "raw,nfct"),
            options.TakeText("--daemon"));
        options.End();
        return settings;
    }
}
