namespace ProxyHelper.Conntrack;

/// <summary>Represents a summary of the conntrack table: its size, its contents and the kernel's counters.</summary>
public sealed class ConntrackSummary
{
    private readonly ConntrackCounters _counters;

    /// <summary>Initializes a summary.</summary>
    /// <param name="statistics">The size of the table.</param>
    /// <param name="counters">The kernel's counters.</param>
    /// <param name="tally">The contents of the table, or null if they were not counted.</param>
    public ConntrackSummary(ConntrackStatistics statistics, ConntrackCounters counters, ConntrackTally? tally)
        : this(statistics, counters)
    {
        Mappings = tally?.Mappings;
        ByProtocol = tally?.ByProtocol;
        ByState = tally?.ByState;
        ByNatType = tally?.ByNatType;
    }

    /// <summary>Initializes a summary whose contents are set afterwards.</summary>
    internal ConntrackSummary(ConntrackStatistics statistics, ConntrackCounters counters)
    {
        Entries = statistics.Entries;
        Maximum = statistics.Maximum;
        _counters = counters;
    }

    /// <summary>Gets the number of entries in the table. Filters do not change it.</summary>
    public uint Entries { get; }

    /// <summary>
    /// Gets the limit of entries (net.netfilter.nf_conntrack_max), or null if the kernel does not report it.
    /// </summary>
    public uint? Maximum { get; }

    /// <summary>Gets the fill level in percent, or null if the kernel does not report the limit.</summary>
    public double? FillPercent => Maximum is { } maximum and > 0 ? Math.Round(Entries * 100.0 / maximum, 1) : null;

    /// <summary>Gets the number of entries that match the filters, or null if they were not counted.</summary>
    public long? Mappings { get; internal init; }

    /// <summary>Gets the matching entries by protocol, or null if they were not counted.</summary>
    public IReadOnlyList<ConntrackGroup>? ByProtocol { get; internal init; }

    /// <summary>Gets the matching entries that have a state, by state, or null if they were not counted.</summary>
    public IReadOnlyList<ConntrackGroup>? ByState { get; internal init; }

    /// <summary>Gets the matching entries by type of NAT, or null if they were not counted.</summary>
    public IReadOnlyList<ConntrackGroup>? ByNatType { get; internal init; }

    /// <inheritdoc cref="ConntrackCounters.Found"/>
    public long Found => _counters.Found;

    /// <inheritdoc cref="ConntrackCounters.Invalid"/>
    public long Invalid => _counters.Invalid;

    /// <inheritdoc cref="ConntrackCounters.Insert"/>
    public long Insert => _counters.Insert;

    /// <inheritdoc cref="ConntrackCounters.InsertFailed"/>
    public long InsertFailed => _counters.InsertFailed;

    /// <inheritdoc cref="ConntrackCounters.Drop"/>
    public long Drop => _counters.Drop;

    /// <inheritdoc cref="ConntrackCounters.EarlyDrop"/>
    public long EarlyDrop => _counters.EarlyDrop;

    /// <inheritdoc cref="ConntrackCounters.Error"/>
    public long Error => _counters.Error;

    /// <inheritdoc cref="ConntrackCounters.SearchRestart"/>
    public long SearchRestart => _counters.SearchRestart;

    /// <inheritdoc cref="ConntrackCounters.ClashResolve"/>
    public long ClashResolve => _counters.ClashResolve;

    /// <inheritdoc cref="ConntrackCounters.ChainTooLong"/>
    public long ChainTooLong => _counters.ChainTooLong;
}

/// <summary>Represents the size of the conntrack table of a network namespace.</summary>
/// <param name="Entries">The number of entries.</param>
/// <param name="Maximum">The limit (net.netfilter.nf_conntrack_max), or null if the kernel does not report it.</param>
public readonly record struct ConntrackStatistics(uint Entries, uint? Maximum)
{
    private const int NearlyFullPercent = 90;

    /// <summary>Gets whether the table is 90 % full or more, so that an administrator should know.</summary>
    public bool IsNearlyFull =>
        Maximum is { } maximum and > 0 && (ulong)Entries * 100 >= (ulong)maximum * NearlyFullPercent;
}

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
