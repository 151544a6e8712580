namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>The rules that are loaded, by the keys of their chains.</summary>
internal sealed class FirewallRuleset
{
    /// <summary>The chains.</summary>
    public Dictionary<string, FirewallChain> Chains { get; } = [];

    /// <summary>Tables that have something of iptables in them, of which nft does not tell what it is; such as "ip nat".</summary>
    public HashSet<string> IptablesTables { get; } = [];

    /// <summary>The chains that see packets at a hook, in their order.</summary>
    /// <param name="hook">The hook.</param>
    /// <param name="isNat">Those that do NAT, or those that come before conntrack.</param>
    public IEnumerable<FirewallChain> At(FirewallHook hook, bool isNat) => Chains.Values
        .Where(chain => chain.Hook == hook && chain.IsNat == isNat && (isNat || chain.Priority < FirewallChain.ConntrackPriority))
        .OrderBy(chain => chain.Priority);

    /// <summary>Takes in what another tool has read, which knows the tables of iptables better.</summary>
    /// <param name="saved">What iptables-save gave.</param>
    /// <param name="tables">The tables of nftables that it stands for, such as "ip nat".</param>
    public void Complete(FirewallRuleset saved, IEnumerable<string> tables)
    {
        foreach (string table in tables.Where(IptablesTables.Remove))
        {
            foreach (string key in Chains.Keys.Where(key => key.StartsWith($"{table} ", StringComparison.Ordinal)).ToArray())
            {
                Chains.Remove(key);
            }
        }

        foreach ((string key, FirewallChain chain) in saved.Chains)
        {
            Chains[key] = chain;
        }
    }
}
