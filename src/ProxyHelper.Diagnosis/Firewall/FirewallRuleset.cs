namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>Represents the loaded rules.</summary>
internal sealed class FirewallRuleset
{
    /// <summary>Gets the chains by their keys.</summary>
    public Dictionary<string, FirewallChain> Chains { get; } = [];

    /// <summary>
    /// Gets the tables with rules of iptables whose details nft does not show, such as "ip nat".
    /// </summary>
    public HashSet<string> IptablesTables { get; } = [];

    /// <summary>Returns the chains of a hook in the order in which they see a packet.</summary>
    /// <param name="hook">The hook.</param>
    /// <param name="isNat">Whether to return the chains that do NAT, or the chains that run before conntrack.</param>
    public IEnumerable<FirewallChain> At(FirewallHook hook, bool isNat) => Chains.Values
        .Where(chain => chain.Hook == hook && chain.IsNat == isNat)
        .Where(chain => isNat || chain.Priority < FirewallChain.ConntrackPriority)
        .OrderBy(chain => chain.Priority);

    /// <summary>Adds the rules that iptables-save read, which shows the tables of iptables in full.</summary>
    /// <param name="saved">The rules that iptables-save read.</param>
    /// <param name="tables">The tables of nftables that these rules replace, such as "ip nat".</param>
    public void Complete(FirewallRuleset saved, IEnumerable<string> tables)
    {
        foreach (string table in tables.Where(IptablesTables.Remove))
        {
            foreach (string key in Chains.Keys.Where(key => IsOfTable(key, table)).ToArray())
            {
                Chains.Remove(key);
            }
        }

        foreach ((string key, FirewallChain chain) in saved.Chains)
        {
            Chains[key] = chain;
        }
    }

    private static bool IsOfTable(string key, string table) => key.StartsWith($"{table} ", StringComparison.Ordinal);
}

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
