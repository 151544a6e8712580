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
            // nft before 1.0.2 writes this statement as text.
            if (statement.ValueKind == JsonValueKind.String
                && statement.GetString()!.StartsWith("flow add ", StringComparison.Ordinal))
            {
                read.Add(context.Rule(FirewallAction.Offload, statement.GetString()!));
                last = "flow";
            }
            else if (FirstProperty(statement) is { } first)
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
                return Branches(body, context, name, ReadVerdict);
            case "dnat" when TryGet(body, "addr", out JsonElement target) && TryGet(target, "map", out JsonElement map):
                return Branches(map, context, name, (value, branch) => Translation(name, body, value, branch));
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
        "flow" => context.Rule(FirewallAction.Offload, $"flow add {Word(body, "flowtable")}"),
        "masquerade" => context.Rule(FirewallAction.Masquerade, name),
        "redirect" => context.Rule(FirewallAction.Redirect, name),
        "dnat" or "snat" => Translation(
            name, body, TryGet(body, "addr", out JsonElement target) ? target : default, context),
        _ => null,
    };

    /// <summary>Returns the rule of a translation. The target may be an address and a port in one value.</summary>
    private FirewallRule Translation(string name, JsonElement body, JsonElement target, Context context)
    {
        FirewallAction action = name == "dnat" ? FirewallAction.DestinationNat : FirewallAction.SourceNat;
        bool isBoth = TryGet(target, "concat", JsonValueKind.Array, out JsonElement both) && both.GetArrayLength() == 2;
        bool hasPort = TryGet(body, "port", out JsonElement port) || isBoth;
        NumberRange? addresses = values.Read(isBoth ? both[0] : target)?.Only;
        NumberRange? ports = hasPort ? values.Read(isBoth ? both[1] : port)?.Only : null;
        return context.Rule(action, name) with
        {
            Addresses = hasPort && ports is null ? null : addresses,
            Ports = ports,
        };
    }

    private FirewallRule? ReadVerdict(JsonElement value, Context context) =>
        FirstProperty(value) is { } verdict ? Verdict(verdict.Name, verdict.Value, context) : null;

    /// <summary>Returns a rule for each element of a map, whose value is a verdict or the target of a DNAT.</summary>
    private List<FirewallRule> Branches(
        JsonElement map, Context context, string name, Func<JsonElement, Context, FirewallRule?> read)
    {
        if (!TryGet(map, "key", out JsonElement key)
            || !TryGet(map, "data", out JsonElement data)
            || !TryGet(data, "set", JsonValueKind.Array, out JsonElement elements))
        {
            return [Unknown(name, context)];
        }

        var rules = new List<FirewallRule>();
        foreach (JsonElement element in elements.EnumerateArray())
        {
            bool isPair = element.ValueKind == JsonValueKind.Array && element.GetArrayLength() == 2;
            FirewallRule? rule = isPair
                ? read(element[1], context.With(conditions.Of(key, element[0], "==")))
                : null;
            rules.Add(rule ?? Unknown(name, context));
        }

        return rules;
    }

    /// <summary>Returns the rule of a map that is not understood.</summary>
    private static FirewallRule Unknown(string name, Context context) =>
        context.Rule(name == "dnat" ? FirewallAction.DestinationNat : FirewallAction.Unclear, name);

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
