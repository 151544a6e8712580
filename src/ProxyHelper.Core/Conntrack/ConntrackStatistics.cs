namespace ProxyHelper.Conntrack;

/// <summary>How full the conntrack table of a network namespace is.</summary>
/// <param name="Entries">How many entries there are.</param>
/// <param name="Maximum">How many there can be (net.netfilter.nf_conntrack_max), or null where the kernel does not say.</param>
public readonly record struct ConntrackStatistics(uint Entries, uint? Maximum);
