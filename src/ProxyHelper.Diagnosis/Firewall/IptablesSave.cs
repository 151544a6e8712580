namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>Reads what iptables-save writes, from either kernel interface.</summary>
internal static class IptablesSave
{
    private const int RawPriority = -300; // NF_IP_PRI_RAW (linux/netfilter_ipv4.h)

    /// <summary>Reads the text. Lines that it does not know are unclear rules.</summary>
    /// <param name="text">The text.</param>
    /// <param name="tool">The tool that wrote it: each interface has tables of its own by the same names.</param>
    /// <param name="tables">Receives the tables that it has, as nftables would name them, such as "ip nat".</param>
    public static FirewallRuleset Read(string text, string tool, ICollection<string> tables)
    {
        var rules = new FirewallRuleset();
        string table = string.Empty;
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            switch (line[0])
            {
                case '*':
                    table = line[1..];
                    tables.Add($"ip {table}");
                    break;
                case ':' when line[1..].Split(' ') is [var name, ..]:
                    rules.Chains[IptablesRule.Key(tool, table, name)] = Chain(table, name);
                    break;
                case '-' when IptablesRule.Words(line) is ["-A", var name, .. var words] && rules.Chains.TryGetValue(IptablesRule.Key(tool, table, name), out FirewallChain? chain):
                    chain.Rules.Add(IptablesRule.Read(words, tool, table, name));
                    break;
                default:
                    break; // comments, COMMIT
            }
        }

        return rules;
    }

    private static FirewallChain Chain(string table, string name) => new()
    {
        Hook = name switch
        {
            "PREROUTING" => FirewallHook.Prerouting,
            "OUTPUT" => FirewallHook.Output,
            "POSTROUTING" => FirewallHook.Postrouting,
            _ => null,
        },
        IsNat = table == "nat",
        Priority = table == "raw" ? RawPriority : 0, // the other tables come behind conntrack, whatever their order
    };
}
