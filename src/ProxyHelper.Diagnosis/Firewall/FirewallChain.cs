namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>Represents a chain: rules that run one after the other.</summary>
internal sealed class FirewallChain
{
    /// <summary>
    /// A chain with a priority below this one sees a packet before conntrack does (NF_IP_PRI_CONNTRACK,
    /// linux/netfilter_ipv4.h).
    /// </summary>
    public const int ConntrackPriority = -200;

    /// <summary>
    /// Gets the hook. Null for a chain that other chains jump to, and for a hook that does not matter to the checks.
    /// </summary>
    public FirewallHook? Hook { get; init; }

    /// <summary>Gets whether the rules can do NAT. Such a chain sees only the first packet of a connection.</summary>
    public bool IsNat { get; init; }

    /// <summary>Gets the priority. The chains of a hook run in ascending order.</summary>
    public int Priority { get; init; }

    /// <summary>Gets the rules.</summary>
    public List<FirewallRule> Rules { get; } = [];
}

/// <summary>Specifies the place in the kernel where a chain runs.</summary>
internal enum FirewallHook
{
    /// <summary>Incoming packets (NF_INET_PRE_ROUTING).</summary>
    Prerouting,

    /// <summary>Packets that this host sends (NF_INET_LOCAL_OUT).</summary>
    Output,

    /// <summary>Outgoing packets (NF_INET_POST_ROUTING).</summary>
    Postrouting,
}
