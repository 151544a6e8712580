using System.Text.Json;
using static ProxyHelper.Diagnosis.Firewall.NftJson;

namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>
/// Reads the output of "nft --json list ruleset". A statement that is not understood becomes an unclear rule, and is
/// never left out.
/// </summary>
internal sealed class NftRuleset
{
    private readonly FirewallRuleset _rules = new();
    private readonly Dictionary<string, JsonElement> _sets = [];
    private readonly NftStatements _statements;

    private NftRuleset()
    {
        _statements = new NftStatements(new NftConditions(new NftValues(_sets)), new NftValues(_sets), _rules);
    }

    /// <summary>Reads the output.</summary>
    /// <returns>The rules, or null if the text is not an output of nft.</returns>
    public static FirewallRuleset? TryRead(string json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            if (!TryGet(document.RootElement, "nftables", JsonValueKind.Array, out JsonElement objects))
            {
                return null;
            }

            var reader = new NftRuleset();
            // Rules name sets and chains that may come after them.
            foreach (string kind in (string[])["set", "map", "chain", "rule"])
            {
                reader.ReadAll(objects, kind);
            }

            return reader._rules;
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            return null; // A text that is not valid Unicode throws the second exception when it is read.
        }
    }

    private void ReadAll(JsonElement objects, string kind)
    {
        foreach (JsonElement item in objects.EnumerateArray())
        {
            if (TryGet(item, kind, JsonValueKind.Object, out JsonElement body)
                && Word(body, "family") is "ip" or "inet")
            {
                Read(kind, body, $"{Word(body, "family")} {Word(body, "table")}");
            }
        }
    }

    private void Read(string kind, JsonElement body, string table)
    {
        switch (kind)
        {
            case "chain":
                _rules.Chains[$"{table} {Word(body, "name")}"] = CreateChain(body);
                break;
            case "rule":
                ReadRule(body, table, Word(body, "chain"));
                break;
            case "set" or "map" when TryGet(body, "elem", out JsonElement elements):
                _sets[$"{table} {Word(body, "name")}"] = elements;
                break;
            default:
                break; // A set without elements is unknown, so that a rule about it is unclear.
        }
    }

    private void ReadRule(JsonElement body, string table, string name)
    {
        if (_rules.Chains.TryGetValue($"{table} {name}", out FirewallChain? chain)
            && TryGet(body, "expr", out JsonElement statements))
        {
            chain.Rules.AddRange(_statements.Read(statements, table, $"table {table}, chain {name}"));
        }
    }

    private static FirewallChain CreateChain(JsonElement body) => new()
    {
        Hook = Word(body, "hook") switch
        {
            "prerouting" => FirewallHook.Prerouting,
            "output" => FirewallHook.Output,
            "postrouting" => FirewallHook.Postrouting,
            _ => null,
        },
        IsNat = Word(body, "type") == "nat",
        Priority = TryGet(body, "prio", JsonValueKind.Number, out JsonElement priority)
            && priority.TryGetInt32(out int number) ? number : 0,
    };
}
