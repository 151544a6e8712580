namespace ProxyHelper.Conntrack;

/// <summary>The conntrack table in figures: how full it is, what is in it, and what the kernel has counted since it was made.</summary>
public sealed class ConntrackSummary
{
    private readonly ConntrackCounters _counters;

    /// <summary>Puts the figures together.</summary>
    /// <param name="statistics">How full the table is.</param>
    /// <param name="counters">What the kernel has counted.</param>
    /// <param name="tally">What is in the table, or null where that was not counted.</param>
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

    /// <summary>How many entries the table has, whatever the filters.</summary>
    public uint Entries { get; }

    /// <summary>How many it can have (net.netfilter.nf_conntrack_max), or null where the kernel does not say.</summary>
    public uint? Maximum { get; }

    /// <summary>How full it is, in percent, or null where the kernel does not say.</summary>
    public double? FillPercent => Maximum is { } maximum and > 0 ? Math.Round(Entries * 100.0 / maximum, 1) : null;

    /// <summary>How many fit the filters, or null where that was not counted.</summary>
    public long? Mappings { get; }

    /// <summary>These by protocol.</summary>
    public IReadOnlyList<ConntrackGroup>? ByProtocol { get; }

    /// <summary>These by state, where they have one.</summary>
    public IReadOnlyList<ConntrackGroup>? ByState { get; }

    /// <summary>These by kind of NAT.</summary>
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
