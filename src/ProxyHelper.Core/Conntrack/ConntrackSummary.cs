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
    {
        Entries = statistics.Entries;
        Maximum = statistics.Maximum;
        Mappings = tally?.Mappings;
        ByProtocol = tally?.ByProtocol;
        ByState = tally?.ByState;
        ByNatType = tally?.ByNatType;
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
    public long? Mappings { get; }

    /// <summary>Gets the matching entries by protocol, or null if they were not counted.</summary>
    public IReadOnlyList<ConntrackGroup>? ByProtocol { get; }

    /// <summary>Gets the matching entries that have a state, by state, or null if they were not counted.</summary>
    public IReadOnlyList<ConntrackGroup>? ByState { get; }

    /// <summary>Gets the matching entries by type of NAT, or null if they were not counted.</summary>
    public IReadOnlyList<ConntrackGroup>? ByNatType { get; }

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
