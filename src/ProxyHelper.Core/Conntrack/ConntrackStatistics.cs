namespace ProxyHelper.Conntrack;

/// <summary>How full the conntrack table of a network namespace is.</summary>
/// <param name="Entries">How many entries there are.</param>
/// <param name="Maximum">How many there can be (net.netfilter.nf_conntrack_max), or null where the kernel does not say.</param>
public readonly record struct ConntrackStatistics(uint Entries, uint? Maximum)
{
    private const int NearlyFullPercent = 90;

    /// <summary>Whether it is so full that an administrator should know: 90 % and more.</summary>
    public bool IsNearlyFull => Maximum is { } maximum and > 0 && (ulong)Entries * 100 >= (ulong)maximum * NearlyFullPercent;
}
