namespace ProxyHelper.Conntrack;

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
