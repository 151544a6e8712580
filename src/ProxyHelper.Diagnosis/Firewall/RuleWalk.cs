namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>Leads a packet through the rules of a hook as the kernel would, and collects what they do to it, in their order.</summary>
internal sealed class RuleWalk
{
    private const int MaximumDepth = 16; // NFT_JUMP_STACK_SIZE (net/netfilter/nf_tables.h): the kernel takes no deeper jumps
    private const int MaximumSteps = 100_000; // chains that jump to each other can be walked in more ways than there is time for

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
        /// <summary>The packet goes on to the next rule.</summary>
        None,

        /// <summary>It goes on to the next chain of the hook.</summary>
        OfChain,

        /// <summary>No later rule matters to it.</summary>
        OfHook,
    }

    /// <summary>What the rules do to a packet.</summary>
    public static IReadOnlyList<RuleEffect> Follow(FirewallRuleset rules, FirewallHook hook, bool isNat, FirewallPacket packet)
    {
        var walk = new RuleWalk(rules, packet);
        foreach (FirewallChain chain in rules.At(hook, isNat))
        {
            if (walk.Through(chain, Certainty.Always, [], depth: 0) == End.OfHook)
            {
                break;
            }
        }

        return walk._effects;
    }

    private End Through(FirewallChain chain, Certainty reached, IReadOnlyList<string> restrictions, int depth)
    {
        foreach (FirewallRule rule in chain.Rules)
        {
            if (++_steps > MaximumSteps || depth > MaximumDepth)
            {
                _effects.Add(new RuleEffect(rule with { Action = FirewallAction.Unclear, Text = "too many jumps" }, Certainty.Unclear, []));
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

            reached = leaves ? certainty : reached; // some packets have left
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
            case FirewallAction.Jump or FirewallAction.Goto when rule.Chain is not null && _rules.Chains.TryGetValue(rule.Chain, out FirewallChain? chain):
                return Through(chain, certainty, restrictions, depth + 1);
            case FirewallAction.Jump or FirewallAction.Goto or FirewallAction.Unclear:
                _effects.Add(new RuleEffect(rule with { Action = FirewallAction.Unclear }, Certainty.Unclear, restrictions));
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
