using ProxyHelper.TestSupport.Pair;

namespace ProxyHelper.Benchmarks.Failovers;

/// <summary>Represents the options of the failover benchmark.</summary>
/// <param name="Rounds">The number of rounds. A round runs each case once.</param>
/// <param name="Connections">The number of connections that are open before a failure.</param>
/// <param name="Cases">The cases.</param>
/// <param name="Daemon">The path of a compiled daemon, or null.</param>
internal sealed record FailoverSettings(int Rounds, int Connections, IReadOnlyList<PairCase> Cases, string? Daemon)
{
    /// <summary>The description of the options.</summary>
    public const string Usage = """
        ProxyHelper.Benchmarks failover [OPTION VALUE]...
          --rounds N       the number of rounds (10)
          --connections N  the open connections before a failure (300)
          --cases NAMES    the cases (all):
                           power-cut,link-down,kill-9,switch-over,fail-back,split-brain,
                           standby-restart,conntrackd-restart,sync-link,no-state,
                           restart-reuse,switch-reuse
          --daemon PATH    a compiled daemon; without this option, the daemon is compiled first
        """;

    private const int MaxConnections = 10_000;

    /// <summary>Reads the options.</summary>
    /// <exception cref="FormatException">Thrown when an option is invalid. The message names it.</exception>
    public static FailoverSettings Parse(IReadOnlyList<string> words)
    {
        var options = new Options(words);
        string[] all = [.. PairCase.All.Select(item => item.Name)];
        IReadOnlyList<string> names = options.TakeNames("--cases", all, string.Join(',', all));
        var settings = new FailoverSettings(
            options.TakeNumber("--rounds", 1, 1000, 10),
            options.TakeNumber("--connections", 1, MaxConnections, 300),
            [.. PairCase.All.Where(item => names.Contains(item.Name))],
            options.TakeText("--daemon"));
        options.End();
        return settings;
    }
}
