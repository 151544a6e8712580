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
