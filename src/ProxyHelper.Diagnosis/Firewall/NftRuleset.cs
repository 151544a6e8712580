using System.Text.Json;
using static ProxyHelper.Diagnosis.Firewall.NftJson;

namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>
/// Reads a table from the output of "nft --json list". A statement that is not understood becomes an unclear rule, and
/// is never left out.
/// </summary>
internal sealed class NftRuleset
{
    private readonly FirewallRuleset _rules = new();
    private readonly Dictionary<string, JsonElement> _sets = [];
    private readonly string _table;
    private readonly NftStatements _statements;

    private NftRuleset(string table)
    {
        _table = table;
        var values = new NftValues(_sets);
        _statements = new NftStatements(new NftConditions(values), values);
    }

    /// <summary>Reads the output.</summary>
    /// <param name="json">The output.</param>
    /// <param name="table">The table, such as "ip mail_gateway".</param>
    /// <returns>The rules, or null if the text is not an output of nft.</returns>
    public static FirewallRuleset? TryRead(ReadOnlySpan<byte> json, string table)
    {
        if (!TryParse(json, out JsonElement root)
            || !TryGet(root, "nftables", JsonValueKind.Array, out JsonElement objects))
        {
            return null;
        }

        var reader = new NftRuleset(table);
        // Rules name sets and chains that may come after them.
        foreach (string kind in (string[])["set", "map", "chain", "rule"])
        {
            reader.ReadAll(objects, kind);
        }

        return reader._rules;
    }

    private void ReadAll(JsonElement objects, string kind)
    {
        foreach (JsonElement item in objects.EnumerateArray())
        {
            if (TryGet(item, kind, JsonValueKind.Object, out JsonElement body)
                && $"{Word(body, "family")} {Word(body, "table")}" == _table)
            {
                Read(kind, body);
            }
        }
    }

    private void Read(string kind, JsonElement body)
    {
        switch (kind)
        {
            case "chain":
                var chain = new NftChain(PlaceOf(body, "name"), _statements)
                {
                    Hook = HookOf(Word(body, "hook")),
                    IsNat = Word(body, "type") == "nat",
                    Priority = TryGet(body, "prio", JsonValueKind.Number, out JsonElement priority)
                        && priority.TryGetInt32(out int number) ? number : 0,
                    DropsByPolicy = Word(body, "policy") == "drop",
                };
                _rules.Chains[chain.Place] = chain;
                break;
            case "rule":
                ReadRule(body);
                break;
            case "set" or "map" when TryGet(body, "elem", out JsonElement elements):
                _sets[Word(body, "name")] = elements;
                break;
            default:
                break; // A set without elements is unknown, so that a rule about it is unclear.
        }
    }

    private void ReadRule(JsonElement body)
    {
        if (_rules.Chains.TryGetValue(PlaceOf(body, "chain"), out FirewallChain? chain)
            && TryGet(body, "expr", out JsonElement statements))
        {
            ((NftChain)chain).Add(statements);
            if (NftStatements.HasExtension(statements))
            {
                _rules.IptablesTables.Add(_table);
            }
        }
    }

    private RulePlace PlaceOf(JsonElement body, string name) => new(RulePlace.Nft, _table, Word(body, name));

    private static FirewallHook? HookOf(string name) => name switch
    {
        "prerouting" => FirewallHook.Prerouting,
        "forward" => FirewallHook.Forward,
        "output" => FirewallHook.Output,
        "postrouting" => FirewallHook.Postrouting,
        _ => null,
    };
}

/// <summary>Represents a chain of nft, whose rules stay in JSON until they are needed.</summary>
internal sealed class NftChain(RulePlace place, NftStatements statements) : FirewallChain(place)
{
    private readonly List<JsonElement> _rules = [];

    /// <inheritdoc/>
    public override int RuleCount => _rules.Count;

    /// <summary>Adds the "expr" of a rule.</summary>
    public void Add(JsonElement rule) => _rules.Add(rule);

    /// <inheritdoc/>
    public override IEnumerable<FirewallRule> ReadRules() => _rules.SelectMany(rule => statements.Read(rule, Place));
}
