using System.Text.Json;

namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>The statements of one of nft's rules: conditions gather, and each thing that is done becomes a rule with those before it.</summary>
internal sealed class NftStatements(NftConditions conditions, NftValues values, FirewallRuleset rules)
{
    /// <summary>Reads a rule's "expr".</summary>
    public IEnumerable<FirewallRule> Read(JsonElement statements, string table, string place)
    {
        var read = new List<FirewallRule>();
        var demanded = new List<FirewallCondition>();
        if (statements.ValueKind != JsonValueKind.Array)
        {
            return [Make(demanded, FirewallAction.Unclear, "a rule that is not understood", place)];
        }

        foreach (JsonElement statement in statements.EnumerateArray())
        {
            if (statement.ValueKind != JsonValueKind.Object || statement.EnumerateObject().FirstOrDefault() is not { Value.ValueKind: not JsonValueKind.Undefined } only)
            {
                demanded.Add(FirewallCondition.Unclear("a statement that is not understood"));
                continue;
            }

            read.AddRange(Read(only.Name, only.Value, demanded, table, place));
        }

        return read;
    }

    private IEnumerable<FirewallRule> Read(string name, JsonElement body, List<FirewallCondition> demanded, string table, string place)
    {
        switch (name)
        {
            case "match":
                demanded.AddRange(conditions.Read(body, table));
                return [];
            case "counter" or "log" or "comment" or "continue":
                return [];
            case "mangle" when body.ValueKind == JsonValueKind.Object && body.TryGetProperty("key", out JsonElement key) && key.ValueKind == JsonValueKind.Object && !key.TryGetProperty("payload", out _):
                return []; // a mark: conditions on marks are unclear anyway
            case "vmap":
                return Branches(body, demanded, table, place);
            case "xt":
                rules.IptablesTables.Add(table);
                return Extension(Word(body, "type"), Word(body, "name"), demanded, place);
            default:
                if (Verdict(name, body, demanded, table, place) is { } rule)
                {
                    return [rule];
                }

                demanded.Add(FirewallCondition.Unclear(name));
                return [];
        }
    }

    private FirewallRule? Verdict(string name, JsonElement body, List<FirewallCondition> demanded, string table, string place) => name switch
    {
        "accept" => Make(demanded, FirewallAction.Accept, name, place),
        "drop" or "reject" or "queue" or "tproxy" => Make(demanded, FirewallAction.Drop, name, place),
        "return" => Make(demanded, FirewallAction.Return, name, place),
        "jump" => Make(demanded, FirewallAction.Jump, $"jump {Word(body, "target")}", place) with { Chain = $"{table} {Word(body, "target")}" },
        "goto" => Make(demanded, FirewallAction.Goto, $"goto {Word(body, "target")}", place) with { Chain = $"{table} {Word(body, "target")}" },
        "notrack" => Make(demanded, FirewallAction.Notrack, name, place),
        "masquerade" => Make(demanded, FirewallAction.Masquerade, name, place),
        "redirect" => Make(demanded, FirewallAction.Redirect, name, place),
        "dnat" => Translation(FirewallAction.DestinationNat, name, body, demanded, table, place),
        "snat" => Translation(FirewallAction.SourceNat, name, body, demanded, table, place),
        _ => null,
    };

    private FirewallRule Translation(FirewallAction action, string name, JsonElement body, List<FirewallCondition> demanded, string table, string place)
    {
        NumberRange? addresses = Range(body, "addr", table);
        NumberRange? ports = Range(body, "port", table);
        bool isUnknown = body.ValueKind == JsonValueKind.Object && body.TryGetProperty("port", out _) && ports is null;
        return Make(demanded, action, FirewallRule.NatText(name, addresses, ports), place) with { Addresses = isUnknown ? null : addresses, Ports = ports };
    }

    private NumberRange? Range(JsonElement body, string name, string table) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty(name, out JsonElement value) && values.Read(value, table) is [var only] ? only : null;

    /// <summary>A verdict map is a rule for each of its elements.</summary>
    private List<FirewallRule> Branches(JsonElement body, List<FirewallCondition> demanded, string table, string place)
    {
        var read = new List<FirewallRule>();
        if (body.ValueKind != JsonValueKind.Object || !body.TryGetProperty("key", out JsonElement key) || !body.TryGetProperty("data", out JsonElement data)
            || data.ValueKind != JsonValueKind.Object || !data.TryGetProperty("set", out JsonElement elements) || elements.ValueKind != JsonValueKind.Array)
        {
            return [Make(demanded, FirewallAction.Unclear, "vmap", place)];
        }

        foreach (JsonElement element in elements.EnumerateArray())
        {
            JsonProperty verdict = element.ValueKind == JsonValueKind.Array && element.GetArrayLength() == 2 && element[1].ValueKind == JsonValueKind.Object
                ? element[1].EnumerateObject().FirstOrDefault()
                : default;
            FirewallRule? rule = verdict.Value.ValueKind == JsonValueKind.Undefined ? null
                : Verdict(verdict.Name, verdict.Value, [.. demanded, .. conditions.Of(key, element[0], isNegated: false, table)], table, place);
            read.Add(rule ?? Make(demanded, FirewallAction.Unclear, "vmap", place));
        }

        return read;
    }

    /// <summary>Something of iptables, of which nft tells the name at most.</summary>
    private static IEnumerable<FirewallRule> Extension(string type, string name, List<FirewallCondition> demanded, string place)
    {
        FirewallAction action = (type, name) switch
        {
            ("target", "DNAT") => FirewallAction.DestinationNat,
            ("target", "SNAT") => FirewallAction.SourceNat,
            ("target", "MASQUERADE") => FirewallAction.Masquerade,
            ("target", "REDIRECT") => FirewallAction.Redirect,
            ("target", "LOG") or ("match", "comment") => FirewallAction.Continue,
            _ => FirewallAction.Unclear,
        };
        if (action == FirewallAction.Unclear && type == "match")
        {
            demanded.Add(FirewallCondition.Unclear(name));
            return [];
        }

        return [Make(demanded, action, name.Length == 0 ? "something of iptables" : name, place)];
    }

    private static FirewallRule Make(List<FirewallCondition> demanded, FirewallAction action, string text, string place) =>
        new() { Conditions = [.. demanded], Action = action, Text = text, Place = place };

    private static string Word(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement word) && word.ValueKind == JsonValueKind.String ? word.GetString()! : string.Empty;
}
