using System.Text.Json;
using static ProxyHelper.Diagnosis.Firewall.NftJson;

namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>Reads the tables that nft lists, one after the other.</summary>
/// <param name="list">Runs "nft --json list" with further arguments.</param>
/// <param name="saved">The tables of iptables that iptables-save has shown, such as "nat".</param>
internal sealed class NftListing(Func<string[], ToolOutput> list, IReadOnlySet<string> saved)
{
    /// <summary>Reads the tables.</summary>
    /// <param name="gaps">Receives what cannot be read.</param>
    public FirewallRuleset Read(List<FirewallGap> gaps)
    {
        var rules = new FirewallRuleset();
        ToolOutput output = list(["tables"]);
        if (ReadTables(output) is not { } tables)
        {
            string others = saved.Count > 0 ? "; only the iptables rules were read" : string.Empty;
            gaps.Add(new FirewallGap(Reason(output) + others));
            return rules;
        }

        foreach ((string family, string name, JsonElement? flags) in tables)
        {
            switch (family)
            {
                case "ip6" or "arp" or "bridge" or "netdev": // These tables do no NAT of IPv4 packets.
                    break;
                case "ip" or "inet" when flags is { } known && !AreHarmless(known):
                    gaps.Add(new FirewallGap(
                        $"table {family} {name} has a flag, and may be dormant: then no rule of it is active"));
                    break;
                case "ip" when saved.Contains(name):
                    break;
                case "ip" or "inet":
                    ReadTable(family, name, rules, gaps);
                    break;
                default:
                    gaps.Add(new FirewallGap($"the family of table {family} {name} is not known"));
                    break;
            }
        }

        return rules;
    }

    private void ReadTable(string family, string name, FirewallRuleset rules, List<FirewallGap> gaps)
    {
        ToolOutput output = list(["table", family, name]);
        if (output.Output is { } json && NftRuleset.TryRead(json.Span, $"{family} {name}") is { } table)
        {
            rules.Add(table);
        }
        else
        {
            gaps.Add(new FirewallGap($"table {family} {name} was not read: {Reason(output)}"));
        }
    }

    // nft 1.0.6 writes a random text instead of the flags, so that only flags known by name are believed.
    private static bool AreHarmless(JsonElement flags) => flags.ValueKind == JsonValueKind.Array
        ? flags.EnumerateArray().All(AreHarmless)
        : flags.ValueKind == JsonValueKind.String && flags.GetString() is "owner" or "persist";

    private static (string Family, string Name, JsonElement? Flags)[]? ReadTables(ToolOutput output) =>
        output.Output is { } json
        && TryParse(json.Span, out JsonElement root)
        && TryGet(root, "nftables", JsonValueKind.Array, out JsonElement objects)
            ?
            [
                .. from item in objects.EnumerateArray()
                   where TryGet(item, "table", JsonValueKind.Object, out _)
                   let table = item.GetProperty("table")
                   let flags = TryGet(table, "flags", out JsonElement value) ? value : (JsonElement?)null
                   select (Word(table, "family"), Word(table, "name"), flags),
            ]
            : null;

    private static string Reason(ToolOutput output) => output.Fault is { } fault ? $"nft failed: {fault}"
        : output.IsInstalled ? "the output of nft cannot be parsed"
        : "nft is not in PATH";
}
