namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>
/// Sends a packet through the rules of a hook as the kernel does, and collects the effects of the rules in their order.
/// </summary>
internal sealed class RuleWalk
{
    // NFT_JUMP_STACK_SIZE (net/netfilter/nf_tables.h): the kernel rejects deeper jumps.
    private const int MaxDepth = 16;

    // Chains that jump to each other can have more paths than any walk has time for.
    private const int MaxSteps = 100_000;

    private readonly FirewallRuleset _rules;
    private readonly FirewallPacket _packet;
    private readonly List<RuleEffect> _effects = [];
    private int _steps;

    private RuleWalk(FirewallRuleset rules, FirewallPacket packet)
    {
        _rules = rules;
        _packet = packet;
    }

    private enum End
    {
        /// <summary>The packet continues with the next rule.</summary>
        None,

        /// <summary>The packet continues with the next chain of the hook.</summary>
        OfChain,

        /// <summary>No later rule matters to the packet.</summary>
        OfHook,
    }

    /// <summary>Returns the effects of the rules on a packet.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="hook">The hook.</param>
    /// <param name="isNat">Whether to follow the chains that do NAT, or the chains that run before conntrack.</param>
    /// <param name="packet">The packet.</param>
    public static IReadOnlyList<RuleEffect> Follow(
        FirewallRuleset rules, FirewallHook hook, bool isNat, FirewallPacket packet)
    {
        var walk = new RuleWalk(rules, packet);
        foreach (FirewallChain chain in rules.At(hook, isNat))
        {
            if (walk.RunChain(chain, Certainty.Always, [], depth: 0) == End.OfHook)
            {
                break;
            }
        }

        return walk._effects;
    }

    private End RunChain(FirewallChain chain, Certainty reached, IReadOnlyList<string> restrictions, int depth)
    {
        foreach (FirewallRule rule in chain.Rules)
        {
            if (++_steps > MaxSteps || depth > MaxDepth)
            {
                FirewallRule endless = rule with { Action = FirewallAction.Unclear, Text = "too many jumps" };
                _effects.Add(new RuleEffect(endless, Certainty.Unclear, []));
                return End.OfHook;
            }

            (Certainty fits, string[] open) = Judge(rule);
            if (fits == Certainty.Never)
            {
                continue;
            }

            Certainty certainty = fits < reached ? fits : reached;
            End end = Apply(rule, certainty, [.. restrictions, .. open], depth);
            bool leaves = rule.Action is FirewallAction.Return or FirewallAction.Goto;
            if (fits == Certainty.Always && (end != End.None || leaves))
            {
                return end;
            }

            reached = leaves ? certainty : reached; // Some packets have left the chain.
        }

        return End.None;
    }

    private (Certainty Fits, string[] Open) Judge(FirewallRule rule)
    {
        var open = new List<string>();
        Certainty fits = Certainty.Always;
        foreach (FirewallCondition condition in rule.Conditions)
        {
            Certainty certainty = condition.Judge(_packet);
            fits = certainty < fits ? certainty : fits;
            if (certainty is Certainty.Sometimes or Certainty.Unclear)
            {
                open.Add(condition.Text);
            }
        }

        return (fits, [.. open]);
    }

    private End Apply(FirewallRule rule, Certainty certainty, IReadOnlyList<string> restrictions, int depth)
    {
        switch (rule.Action)
        {
            case FirewallAction.Continue or FirewallAction.Return:
                return End.None;
            case FirewallAction.Jump or FirewallAction.Goto
                when rule.Chain is not null && _rules.Chains.TryGetValue(rule.Chain, out FirewallChain? chain):
                return RunChain(chain, certainty, restrictions, depth + 1);
            case FirewallAction.Jump or FirewallAction.Goto or FirewallAction.Unclear:
                FirewallRule unclear = rule with { Action = FirewallAction.Unclear };
                _effects.Add(new RuleEffect(unclear, Certainty.Unclear, restrictions));
                return End.None;
            default:
                _effects.Add(new RuleEffect(rule, certainty, restrictions));
                return rule.Action switch
                {
                    FirewallAction.Notrack => End.None,
                    FirewallAction.Accept => End.OfChain,
                    _ => End.OfHook,
                };
        }
    }
}

/// <summary>Represents the effect of one rule on a packet.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Certainty">Whether the rule has the effect.</param>
/// <param name="Restrictions">The conditions that the certainty depends on, in words.</param>
internal sealed record RuleEffect(FirewallRule Rule, Certainty Certainty, IReadOnlyList<string> Restrictions)
{
    /// <summary>Returns the rule in words by which an administrator finds the rule again.</summary>
    public override string ToString() => Restrictions.Count == 0
        ? $"'{Rule.Text}' in {Rule.Place}"
        : $"'{string.Join(' ', Restrictions)} {Rule.Text}' in {Rule.Place}";
}
