namespace ProxyHelper.Conntrack;

/// <summary>
/// Represents the counters that the kernel keeps for a network namespace since the namespace was made, added over all
/// processors (enum ctattr_stats_cpu, linux/netfilter/nfnetlink_conntrack.h). The counter of each processor is a 32-bit
/// number that wraps around.
/// </summary>
public readonly record struct ConntrackCounters
{
    /// <summary>Gets the look-ups that found an entry (CTA_STATS_FOUND).</summary>
    public long Found { get; init; }

    /// <summary>Gets the packets that cannot be tracked (CTA_STATS_INVALID).</summary>
    public long Invalid { get; init; }

    /// <summary>
    /// Gets the entries that were added to the table (CTA_STATS_INSERT). Newer kernels do not count them.
    /// </summary>
    public long Insert { get; init; }

    /// <summary>
    /// Gets the entries that were not added because the table had an entry with the same tuple
    /// (CTA_STATS_INSERT_FAILED).
    /// </summary>
    public long InsertFailed { get; init; }

    /// <summary>
    /// Gets the packets that were dropped because their entry could not be made or added (CTA_STATS_DROP).
    /// </summary>
    public long Drop { get; init; }

    /// <summary>
    /// Gets the entries that were dropped to make room because the table was full (CTA_STATS_EARLY_DROP).
    /// </summary>
    public long EarlyDrop { get; init; }

    /// <summary>Gets the malformed packets, such as bad ICMP packets (CTA_STATS_ERROR).</summary>
    public long Error { get; init; }

    /// <summary>
    /// Gets the look-ups that were restarted because the table changed during the look-up (CTA_STATS_SEARCH_RESTART).
    /// </summary>
    public long SearchRestart { get; init; }

    /// <summary>Gets the resolved clashes of two entries for one connection (CTA_STATS_CLASH_RESOLVE).</summary>
    public long ClashResolve { get; init; }

    /// <summary>
    /// Gets the entries that were not added because their hash bucket was too long (CTA_STATS_CHAIN_TOOLONG).
    /// </summary>
    public long ChainTooLong { get; init; }

    /// <summary>Returns the sum of both counters.</summary>
    internal ConntrackCounters Add(in ConntrackCounters other) => new()
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
