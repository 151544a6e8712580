using System.Text.Json;

namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>Reads what "nft --json list ruleset" writes. Whatever it does not understand is unclear in the result, and never left out.</summary>
internal sealed class NftRuleset
{
    private readonly FirewallRuleset _rules = new();
    private readonly Dictionary<string, JsonElement> _sets = [];
    private readonly NftStatements _statements;

    private NftRuleset()
    {
        _statements = new NftStatements(new NftConditions(new NftValues(_sets)), new NftValues(_sets), _rules);
    }

    /// <summary>Reads the text.</summary>
    /// <returns>Null when it is none of nft's.</returns>
    public static FirewallRuleset? TryRead(string json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("nftables", out JsonElement objects)
                || objects.ValueKind != JsonValueKind.Array)
            {
                return null;
            }

            var reader = new NftRuleset();
            // Rules name sets and chains that may stand behind them.
            foreach (string kind in (string[])["set", "map", "chain", "rule"])
            {
                reader.ReadAll(objects, kind);
            }

            return reader._rules;
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            return null; // the latter for text that is no Unicode, which is seen when it is read
        }
    }

    private void ReadAll(JsonElement objects, string kind)
    {
        foreach (JsonElement one in objects.EnumerateArray())
        {
            if (one.ValueKind == JsonValueKind.Object && one.TryGetProperty(kind, out JsonElement body) && body.ValueKind == JsonValueKind.Object
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
                _rules.Chains[$"{table} {Word(body, "name")}"] = Chain(body);
                break;
            case "rule" when _rules.Chains.TryGetValue($"{table} {Word(body, "chain")}", out FirewallChain? chain) && body.TryGetProperty("expr", out JsonElement statements):
                chain.Rules.AddRange(_statements.Read(statements, table, $"table {table}, chain {Word(body, "chain")}"));
                break;
            case "set" or "map" when body.TryGetProperty("elem", out JsonElement elements):
                _sets[$"{table} {Word(body, "name")}"] = elements;
                break;
            default:
                break; // a set without elements is not known, so that a rule about it is unclear
        }
    }

    private static FirewallChain Chain(JsonElement body) => new()
    {
        Hook = Word(body, "hook") switch
        {
            "prerouting" => FirewallHook.Prerouting,
            "output" => FirewallHook.Output,
            "postrouting" => FirewallHook.Postrouting,
            _ => null,
        },
        IsNat = Word(body, "type") == "nat",
        Priority = body.TryGetProperty("prio", out JsonElement priority) && priority.ValueKind == JsonValueKind.Number && priority.TryGetInt32(out int number) ? number : 0,
    };

    private static string Word(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement word) && word.ValueKind == JsonValueKind.String ? word.GetString()! : string.Empty;
}
