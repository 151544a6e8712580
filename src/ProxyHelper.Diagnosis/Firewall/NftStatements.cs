using System.Text.Json;
using static ProxyHelper.Diagnosis.Firewall.NftJson;

namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>
/// Reads the statements of a rule of nft. Each action becomes a rule with the conditions that come before the action.
/// </summary>
internal sealed class NftStatements(NftConditions conditions, NftValues values, FirewallRuleset rules)
{
    /// <summary>Reads the "expr" of a rule.</summary>
    public IEnumerable<FirewallRule> Read(JsonElement statements, string table, string place)
    {
        var context = new Context([], table, place);
        if (statements.ValueKind != JsonValueKind.Array)
        {
            return [context.Rule(FirewallAction.Unclear, "a rule that is not understood")];
        }

        var read = new List<FirewallRule>();
        foreach (JsonElement statement in statements.EnumerateArray())
        {
            if (FirstProperty(statement) is { } first)
            {
                read.AddRange(Read(first.Name, first.Value, context));
            }
            else
            {
                context.Demands.Add(FirewallCondition.Unclear("a statement that is not understood"));
            }
        }

        return read;
    }

    private IEnumerable<FirewallRule> Read(string name, JsonElement body, Context context)
    {
        switch (name)
        {
            case "match":
                context.Demands.AddRange(conditions.Read(body, context.Table));
                return [];
            case "counter" or "log" or "comment" or "continue":
                return [];
            case "mangle"
                when TryGet(body, "key", JsonValueKind.Object, out JsonElement key) && !TryGet(key, "payload", out _):
                return []; // a mark: conditions about marks are unclear anyway
            case "vmap":
                return Branches(body, context);
            case "xt":
                rules.IptablesTables.Add(context.Table);
                return Extension(Word(body, "type"), Word(body, "name"), context);
            default:
                if (Verdict(name, body, context) is { } rule)
                {
                    return [rule];
                }

                context.Demands.Add(FirewallCondition.Unclear(name));
                return [];
        }
    }

    private FirewallRule? Verdict(string name, JsonElement body, Context context) => name switch
    {
        "accept" => context.Rule(FirewallAction.Accept, name),
        "drop" or "reject" or "queue" or "tproxy" => context.Rule(FirewallAction.Drop, name),
        "return" => context.Rule(FirewallAction.Return, name),
        "jump" => context.Jump(FirewallAction.Jump, name, Word(body, "target")),
        "goto" => context.Jump(FirewallAction.Goto, name, Word(body, "target")),
        "notrack" => context.Rule(FirewallAction.Notrack, name),
        "masquerade" => context.Rule(FirewallAction.Masquerade, name),
        "redirect" => context.Rule(FirewallAction.Redirect, name),
        "dnat" => Translation(FirewallAction.DestinationNat, name, body, context),
        "snat" => Translation(FirewallAction.SourceNat, name, body, context),
        _ => null,
    };

    private FirewallRule Translation(FirewallAction action, string name, JsonElement body, Context context)
    {
        NumberRange? addresses = ReadRange(body, "addr", context.Table);
        NumberRange? ports = ReadRange(body, "port", context.Table);
        bool isUnknown = TryGet(body, "port", out _) && ports is null;
        return context.Rule(action, FirewallRule.NatText(name, addresses, ports)) with
        {
            Addresses = isUnknown ? null : addresses,
            Ports = ports,
        };
    }

    private NumberRange? ReadRange(JsonElement body, string name, string table) =>
        TryGet(body, name, out JsonElement value) && values.Read(value, table) is [var only] ? only : null;

    /// <summary>Returns a rule for each element of a verdict map.</summary>
    private List<FirewallRule> Branches(JsonElement body, Context context)
    {
        if (!TryGet(body, "key", out JsonElement key)
            || !TryGet(body, "data", out JsonElement data)
            || !TryGet(data, "set", JsonValueKind.Array, out JsonElement elements))
        {
            return [context.Rule(FirewallAction.Unclear, "vmap")];
        }

        var read = new List<FirewallRule>();
        foreach (JsonElement element in elements.EnumerateArray())
        {
            bool isPair = element.ValueKind == JsonValueKind.Array && element.GetArrayLength() == 2;
            FirewallRule? rule = null;
            if (isPair && FirstProperty(element[1]) is { } verdict)
            {
                Context branch = context.With(conditions.Of(key, element[0], isNegated: false, context.Table));
                rule = Verdict(verdict.Name, verdict.Value, branch);
            }

            read.Add(rule ?? context.Rule(FirewallAction.Unclear, "vmap"));
        }

        return read;
    }

    /// <summary>Returns the rule of an extension of iptables, of which nft shows at most the name.</summary>
    private static IEnumerable<FirewallRule> Extension(string type, string name, Context context)
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
            context.Demands.Add(FirewallCondition.Unclear(name));
            return [];
        }

        return [context.Rule(action, name.Length == 0 ? "an extension of iptables" : name)];
    }

    private static JsonProperty? FirstProperty(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty property in value.EnumerateObject())
            {
                return property;
            }
        }

        return null;
    }

    /// <summary>Represents the conditions that were read before a statement, and the place of the rule.</summary>
    private sealed record Context(List<FirewallCondition> Demands, string Table, string Place)
    {
        public Context With(IEnumerable<FirewallCondition> more) => this with { Demands = [.. Demands, .. more] };

        public FirewallRule Rule(FirewallAction action, string text) =>
            new() { Conditions = [.. Demands], Action = action, Text = text, Place = Place };

        public FirewallRule Jump(FirewallAction action, string name, string target) =>
            Rule(action, $"{name} {target}") with { Chain = $"{Table} {target}" };
    }
}
