namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>Rules one after the other.</summary>
internal sealed class FirewallChain
{
    /// <summary>Chains before this priority see a packet before conntrack does (NF_IP_PRI_CONNTRACK, linux/netfilter_ipv4.h).</summary>
    public const int ConntrackPriority = -200;

    /// <summary>Where it hangs; null for a chain that others jump to, and for hooks that do not matter here.</summary>
    public FirewallHook? Hook { get; init; }

    /// <summary>Whether its rules may do NAT, so that it sees the first packet of a connection only.</summary>
    public bool IsNat { get; init; }

    /// <summary>Lower ones come first.</summary>
    public int Priority { get; init; }

    /// <summary>Its rules.</summary>
    public List<FirewallRule> Rules { get; } = [];
}
