namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>Reads the output of iptables-save, from either kernel interface.</summary>
internal static class IptablesSave
{
    private const int RawPriority = -300; // NF_IP_PRI_RAW (linux/netfilter_ipv4.h)

    /// <summary>Reads the output. A rule with an unknown option becomes an unclear rule.</summary>
    /// <param name="text">The output.</param>
    /// <param name="tool">The tool. The two interfaces have separate tables with the same names.</param>
    /// <param name="tables">Receives the tables as nftables names them, such as "ip nat".</param>
    public static FirewallRuleset Read(string text, string tool, ICollection<string> tables)
    {
        var rules = new FirewallRuleset();
        string table = string.Empty;
        const StringSplitOptions trimmed = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
        foreach (string line in text.Split('\n', trimmed))
        {
            switch (line[0])
            {
                case '*':
                    table = line[1..];
                    tables.Add($"ip {table}");
                    break;
                case ':' when line[1..].Split(' ') is [var name, ..]:
                    rules.Chains[IptablesRule.Key(tool, table, name)] = CreateChain(table, name);
                    break;
                case '-' when IptablesRule.Words(line) is ["-A", var name, .. var words]
                    && rules.Chains.TryGetValue(IptablesRule.Key(tool, table, name), out FirewallChain? chain):
                    chain.Rules.Add(IptablesRule.Read(words, tool, table, name));
                    break;
                default:
                    break; // a comment, or COMMIT
            }
        }

        return rules;
    }

    private static FirewallChain CreateChain(string table, string name) => new()
    {
        Hook = name switch
        {
            "PREROUTING" => FirewallHook.Prerouting,
            "OUTPUT" => FirewallHook.Output,
            "POSTROUTING" => FirewallHook.Postrouting,
            _ => null,
        },
        IsNat = table == "nat",
        // The other tables run after conntrack, and their order does not matter.
        Priority = table == "raw" ? RawPriority : 0,
    };
}
