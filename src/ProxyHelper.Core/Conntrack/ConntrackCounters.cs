namespace ProxyHelper.Conntrack;

/// <summary>
/// What the kernel has counted in a network namespace since it was made, all processors together (enum ctattr_stats_cpu,
/// linux/netfilter/nfnetlink_conntrack.h). Each count is modulo 2^32 for each processor.
/// </summary>
public readonly record struct ConntrackCounters
{
    /// <summary>CTA_STATS_FOUND: look-ups that found an entry.</summary>
    public long Found { get; init; }

    /// <summary>CTA_STATS_INVALID: packets that cannot be tracked.</summary>
    public long Invalid { get; init; }

    /// <summary>CTA_STATS_INSERT: entries put into the table; newer kernels do not count it.</summary>
    public long Insert { get; init; }

    /// <summary>CTA_STATS_INSERT_FAILED: entries that could not be put into the table, as one with the same tuple was there.</summary>
    public long InsertFailed { get; init; }

    /// <summary>CTA_STATS_DROP: packets dropped, as their entry could not be made or put into the table.</summary>
    public long Drop { get; init; }

    /// <summary>CTA_STATS_EARLY_DROP: entries thrown out to make room for new ones, as the table was full.</summary>
    public long EarlyDrop { get; init; }

    /// <summary>CTA_STATS_ERROR: malformed packets, such as of ICMP.</summary>
    public long Error { get; init; }

    /// <summary>CTA_STATS_SEARCH_RESTART: look-ups begun anew, as the table changed under them.</summary>
    public long SearchRestart { get; init; }

    /// <summary>CTA_STATS_CLASH_RESOLVE: clashes of two entries for one flow that were resolved.</summary>
    public long ClashResolve { get; init; }

    /// <summary>CTA_STATS_CHAIN_TOOLONG: entries that were not made, as their place in the hash table was crowded.</summary>
    public long ChainTooLong { get; init; }

    /// <summary>Adds two processors' counts.</summary>
    internal ConntrackCounters Plus(in ConntrackCounters other) => new()
    {
        Found = Found + other.Found,
        Invalid = Invalid + other.Invalid,
        Insert = Insert + other.Insert,
        InsertFailed = InsertFailed + other.InsertFailed,
        Drop = Drop + other.Drop,
        EarlyDrop = EarlyDrop + other.EarlyDrop,
        Error = Error + other.Error,
        SearchRestart = SearchRestart + other.SearchRestart,
        ClashResolve = ClashResolve + other.ClashResolve,
        ChainTooLong = ChainTooLong + other.ChainTooLong,
    };
}
