namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>Represents the loaded rules.</summary>
internal sealed class FirewallRuleset
{
    /// <summary>Gets the chains by their places.</summary>
    public Dictionary<RulePlace, FirewallChain> Chains { get; } = [];

    /// <summary>Gets the number of rules.</summary>
    public int RuleCount => Chains.Values.Sum(chain => chain.RuleCount);

    /// <summary>
    /// Gets the tables with rules of iptables whose details nft does not show, such as "ip nat".
    /// </summary>
    public HashSet<string> IptablesTables { get; } = [];

    /// <summary>Returns the chains of a hook in the order in which they see a packet.</summary>
    /// <param name="hook">The hook.</param>
    /// <param name="kind">Which chains to return.</param>
    public IEnumerable<FirewallChain> At(FirewallHook hook, ChainKind kind) => Chains.Values
        .Where(chain => chain.Hook == hook && chain.Is(kind))
        .OrderBy(chain => chain.Priority);

    /// <summary>Adds the chains of other rules.</summary>
    public void Add(FirewallRuleset other)
    {
        foreach ((RulePlace place, FirewallChain chain) in other.Chains)
        {
            Chains[place] = chain;
        }

        IptablesTables.UnionWith(other.IptablesTables);
    }
}

/// <summary>Represents a chain: rules that run one after the other.</summary>
/// <param name="place">The table and the name of the chain.</param>
internal abstract class FirewallChain(RulePlace place)
{
    // A chain with a lower priority sees a packet before conntrack does (NF_IP_PRI_CONNTRACK, linux/netfilter_ipv4.h).
    private const int ConntrackPriority = -200;

    /// <summary>Gets the table and the name of the chain.</summary>
    public RulePlace Place => place;

    /// <summary>
    /// Gets the hook. Null for a chain that other chains jump to, and for a hook that does not matter to the checks.
    /// </summary>
    public FirewallHook? Hook { get; init; }

    /// <summary>Gets whether the rules can do NAT. Such a chain sees only the first packet of a connection.</summary>
    public bool IsNat { get; init; }

    /// <summary>Gets the priority. The chains of a hook run in ascending order.</summary>
    public int Priority { get; init; }

    /// <summary>Gets whether the chain drops the packets that no rule decides about.</summary>
    public bool DropsByPolicy { get; init; }

    /// <summary>Returns whether the chain is of a kind.</summary>
    public bool Is(ChainKind kind) => kind switch
    {
        ChainKind.Nat => IsNat,
        ChainKind.BeforeConntrack => Priority < ConntrackPriority,
        _ => !IsNat,
    };

    /// <summary>Gets the number of rules as the tool shows them.</summary>
    public abstract int RuleCount { get; }

    /// <summary>
    /// Reads the rules, each when it is needed. Only the text of the rules stays in memory, as there can be many.
    /// </summary>
    public abstract IEnumerable<FirewallRule> ReadRules();
}

/// <summary>Specifies the place in the kernel where a chain runs.</summary>
internal enum FirewallHook
{
    /// <summary>Incoming packets (NF_INET_PRE_ROUTING).</summary>
    Prerouting,

    /// <summary>Packets that this host passes on (NF_INET_FORWARD).</summary>
    Forward,

    /// <summary>Packets that this host sends (NF_INET_LOCAL_OUT).</summary>
    Output,

    /// <summary>Outgoing packets (NF_INET_POST_ROUTING).</summary>
    Postrouting,
}

/// <summary>Specifies what chains do.</summary>
internal enum ChainKind
{
    /// <summary>Chains that do NAT.</summary>
    Nat,

    /// <summary>Chains that see a packet before conntrack does.</summary>
    BeforeConntrack,

    /// <summary>Chains that do no NAT, before and after conntrack.</summary>
    Filter,
}
