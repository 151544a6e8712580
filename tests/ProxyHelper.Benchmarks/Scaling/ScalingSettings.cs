namespace ProxyHelper.Benchmarks.Scaling;

/// <summary>Reads the options that describe a site.</summary>
/// <param name="Site">The site, or null for the tables of docs/scaling.md.</param>
internal sealed record ScalingSettings(Site? Site)
{
    /// <summary>The description of the options.</summary>
    public const string Usage = """
        ProxyHelper.Benchmarks scaling [OPTION VALUE]...
          --routers N      routers; a failover pair counts as one (1)
          --proxies N      proxies (1)
          --connections N  new mail connections a second at all routers (100)
          --duration N     seconds from the start to the end of a connection (60)
          --time-wait N    nf_conntrack_tcp_timeout_time_wait in seconds (120)
          --other N        entries of other traffic in the table of each router (0)
        """;

    private const int MaxRouters = 1000;
    private const int MaxProxies = 1000;
    private const int MaxConnections = 1_000_000;
    private const int LongestDuration = 5 * 24 * 3600; // nf_conntrack_tcp_timeout_established
    private const int LongestTimeWait = 3600;

    /// <summary>Reads the options. Without options, the result has no site.</summary>
    /// <exception cref="FormatException">Thrown when an option is invalid. The message names it.</exception>
    public static ScalingSettings Parse(IReadOnlyList<string> words)
    {
        if (words.Count == 0)
        {
            return new ScalingSettings(Site: null);
        }

        var options = new Options(words);
        var site = new Site
        {
            Routers = options.TakeNumber("--routers", 1, MaxRouters, 1),
            Proxies = options.TakeNumber("--proxies", 1, MaxProxies, 1),
            Connections = options.TakeNumber("--connections", 0, MaxConnections, 100),
            Duration = options.TakeSeconds("--duration", 0.1, LongestDuration, 60).TotalSeconds,
            TimeWait = options.TakeSeconds("--time-wait", 1, LongestTimeWait, 120).TotalSeconds,
            OtherEntries = options.TakeNumber("--other", 0, ScalingModel.MaxEntries, 0),
        };
        options.End();
        long entries = new ScalingModel(site).Entries;
        return entries <= ScalingModel.MaxEntries
            ? new ScalingSettings(site)
            : throw new FormatException(FormattableString.Invariant(
                $"A router would have {entries:N0} entries. The limit is {ScalingModel.MaxEntries:N0}: add routers."));
    }
}
