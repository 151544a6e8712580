using System.Text;

namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>Reads the output of iptables-save, from either kernel interface.</summary>
internal static class IptablesSave
{
    // The priorities of linux/netfilter_ipv4.h: NF_IP_PRI_RAW, NF_IP_PRI_NAT_DST and NF_IP_PRI_NAT_SRC.
    private const int RawPriority = -300, DestinationNatPriority = -100, SourceNatPriority = 100;

    /// <summary>
    /// Reads the output. A rule with an unknown option becomes an unclear rule. A table of which the tool shows only a
    /// part is left to nft: iptables-nft-save leaves out base chains that iptables did not create.
    /// </summary>
    /// <param name="output">The output.</param>
    /// <param name="tool">The tool. The two interfaces have separate tables with the same names.</param>
    /// <param name="tables">Receives the names of the tables that were read.</param>
    public static FirewallRuleset Read(ReadOnlyMemory<byte> output, string tool, ISet<string> tables)
    {
        var rules = new FirewallRuleset();
        string table = string.Empty;
        bool isWhole = true;
        var partial = new HashSet<string>(StringComparer.Ordinal);
        foreach (Range range in output.Span.Split((byte)'\n'))
        {
            ReadOnlyMemory<byte> line = output[range];
            ReadOnlySpan<byte> text = line.Span.Trim(" \t\r"u8);
            switch (text)
            {
                case [(byte)'#', .. var comment] when comment.IndexOf("incompatible"u8) >= 0:
                    partial.Add(QuotedName(comment));
                    break;
                case [(byte)'*', .. var name]:
                    table = Encoding.UTF8.GetString(name);
                    isWhole = !partial.Contains(table);
                    (isWhole ? tables : partial).Add(table);
                    break;
                case [(byte)':', .. var rest] when isWhole:
                    AddChain(rules, new RulePlace(tool, table, FirstWord(rest)), rest);
                    break;
                case [(byte)'-', (byte)'A', (byte)' ', .. var rest]
                    when rules.Chains.TryGetValue(new RulePlace(tool, table, FirstWord(rest)), out var chain):
                    ((IptablesChain)chain).Add(line);
                    break;
                default:
                    break; // a comment, or COMMIT
            }
        }

        return rules;
    }

    // # Table `nat' contains incompatible base-chains, use 'nft' tool to list them.
    private static string QuotedName(ReadOnlySpan<byte> comment)
    {
        ReadOnlySpan<byte> name = comment[(comment.IndexOf((byte)'`') + 1)..];
        return Encoding.UTF8.GetString(name[..(name.IndexOf((byte)'\'') is var end and >= 0 ? end : name.Length)]);
    }

    private static string FirstWord(ReadOnlySpan<byte> text) =>
        Encoding.UTF8.GetString(text[..(text.IndexOf((byte)' ') is var end and >= 0 ? end : text.Length)]);

    private static void AddChain(FirewallRuleset rules, RulePlace place, ReadOnlySpan<byte> line) =>
        rules.Chains[place] = new IptablesChain(place)
        {
            Hook = place.Chain switch
            {
                "PREROUTING" => FirewallHook.Prerouting,
                "FORWARD" => FirewallHook.Forward,
                "OUTPUT" => FirewallHook.Output,
                "POSTROUTING" => FirewallHook.Postrouting,
                _ => null,
            },
            IsNat = place.Table == "nat",
            Priority = (place.Table, place.Chain) switch
            {
                ("raw", _) => RawPriority,
                ("nat", "PREROUTING" or "OUTPUT") => DestinationNatPriority,
                ("nat", _) => SourceNatPriority,
                _ => 0, // The other tables run after conntrack, and their order does not matter.
            },
            DropsByPolicy = line.IndexOf(" DROP"u8) >= 0,
        };
}

/// <summary>Represents a chain of iptables, whose rules stay text until they are read.</summary>
internal sealed class IptablesChain(RulePlace place) : FirewallChain(place)
{
    private readonly List<ReadOnlyMemory<byte>> _lines = [];

    /// <inheritdoc/>
    public override int RuleCount => _lines.Count;

    /// <summary>Adds a line that begins with -A and the name of the chain.</summary>
    public void Add(ReadOnlyMemory<byte> line) => _lines.Add(line);

    /// <inheritdoc/>
    public override IEnumerable<FirewallRule> ReadRules() => _lines.Select(line =>
        IptablesRule.Read(IptablesRule.Words(Encoding.UTF8.GetString(line.Span).Trim()).AsSpan()[2..], Place));
}
