using System.Collections.Frozen;
using System.Text.Json;
using static ProxyHelper.Diagnosis.Firewall.NftJson;

namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>
/// Reads the statements of a rule of nft. Each action becomes a rule with the conditions that come before the action.
/// </summary>
internal sealed class NftStatements(NftConditions conditions, NftValues values)
{
    private static readonly FrozenSet<string> _actions = FrozenSet.Create(
        StringComparer.Ordinal,
        ["", "accept", "drop", "reject", "queue", "tproxy", "synproxy", "return", "jump", "goto", "notrack",
            "masquerade", "redirect", "dnat", "snat", "vmap", "xt", "counter", "log", "comment", "continue", "mangle",
            "dup", "set", "map", "last", "ct helper", "ct timeout", "ct expectation", "secmark", "flow"]);

    private static readonly FrozenSet<string> _conditions =
        FrozenSet.Create(StringComparer.Ordinal, ["match", "limit", "quota", "ct count"]);

    /// <summary>Reads the "expr" of a rule.</summary>
    public IEnumerable<FirewallRule> Read(JsonElement statements, RulePlace place)
    {
        var context = new Context([], place);
        if (statements.ValueKind != JsonValueKind.Array)
        {
            return [context.Rule(FirewallAction.Unclear, "a rule that is not understood")];
        }

        var read = new List<FirewallRule>();
        string last = string.Empty;
        foreach (JsonElement statement in statements.EnumerateArray())
        {
            if (FirstProperty(statement) is { } first)
            {
                read.AddRange(Read(first.Name, first.Value, context));
                last = first.Name;
            }
            else
            {
                context.Demands.Add(FirewallCondition.Unclear("a statement that is not understood"));
            }
        }

        // An unknown statement may be a condition or an action. If nothing follows, a condition has no effect.
        return IsUnderstood(last) ? read : [.. read, context.Rule(FirewallAction.Unclear, last)];
    }

    /// <summary>Returns whether a rule has an extension of iptables, whose details nft does not show.</summary>
    public static bool HasExtension(JsonElement statements) =>
        statements.ValueKind == JsonValueKind.Array
        && statements.EnumerateArray().Any(statement => TryGet(statement, "xt", out _));

    private static bool IsUnderstood(string name) => _actions.Contains(name) || _conditions.Contains(name);

    private IEnumerable<FirewallRule> Read(string name, JsonElement body, Context context)
    {
        switch (name)
        {
            case "match":
                context.Demands.AddRange(conditions.Read(body));
                return [];
            case "counter" or "log" or "comment" or "continue":
                return [];
            case "mangle"
                when TryGet(body, "key", JsonValueKind.Object, out JsonElement key) && !TryGet(key, "payload", out _):
                return []; // a mark: conditions about marks are unclear anyway
            case "mangle":
                return [context.Rule(FirewallAction.Unclear, "a change of the packet")];
            case "vmap":
                return Branches(body, context);
            case "xt":
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
        "drop" or "reject" => context.Rule(FirewallAction.Drop, name),
        "queue" or "tproxy" or "synproxy" => context.Rule(FirewallAction.Unclear, name), // Other programs decide.
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
        NumberRange? addresses = ReadRange(body, "addr");
        NumberRange? ports = ReadRange(body, "port");
        bool isUnknown = TryGet(body, "port", out _) && ports is null;
        return context.Rule(action, name) with
        {
            Addresses = isUnknown ? null : addresses,
            Ports = ports,
        };
    }

    private NumberRange? ReadRange(JsonElement body, string name) =>
        TryGet(body, name, out JsonElement value) ? values.Read(value)?.Only : null;

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
                Context branch = context.With(conditions.Of(key, element[0], "=="));
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
    private sealed record Context(List<FirewallCondition> Demands, RulePlace Place)
    {
        public Context With(IEnumerable<FirewallCondition> more) => this with { Demands = [.. Demands, .. more] };

        public FirewallRule Rule(FirewallAction action, string name) =>
            new() { Conditions = [.. Demands], Action = action, Name = name, Place = Place };

        public FirewallRule Jump(FirewallAction action, string name, string target) =>
            Rule(action, $"{name} {target}") with { Chain = Place with { Chain = target } };
    }
}
