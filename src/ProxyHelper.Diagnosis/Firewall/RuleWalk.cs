namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>
/// Sends a packet through the rules of a hook as the kernel does, and collects the effects of the rules in their order.
/// </summary>
internal sealed class RuleWalk
{
    // The kernel rejects loops. iptables-legacy limits the depth only by the number of chains.
    private const int MaxDepth = 256;

    // Chains that jump to each other can have more paths than any walk has time for.
    private const int MinSteps = 100_000;
    private const int MaxStepsPerRule = 10;

    private readonly FirewallRuleset _rules;
    private readonly FirewallPacket _packet;
    private readonly int _maxSteps;
    private readonly List<RuleEffect> _effects = [];
    private readonly HashSet<FirewallChain> _path = [];
    private readonly HashSet<FirewallChain> _idle = [];
    private int _steps;

    private RuleWalk(FirewallRuleset rules, FirewallPacket packet)
    {
        _rules = rules;
        _packet = packet;
        _maxSteps = (int)Math.Max(MinSteps, Math.Min((long)rules.RuleCount * MaxStepsPerRule, int.MaxValue));
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
    /// <param name="kind">Which chains to follow.</param>
    /// <param name="packet">The packet.</param>
    public static IReadOnlyList<RuleEffect> Follow(
        FirewallRuleset rules, FirewallHook hook, ChainKind kind, FirewallPacket packet)
    {
        var walk = new RuleWalk(rules, packet);
        foreach (IGrouping<int, FirewallChain> group in rules.At(hook, kind).GroupBy(chain => chain.Priority))
        {
            if (walk.RunGroup(group) == End.OfHook)
            {
                break;
            }
        }

        return walk._effects;
    }

    /// <summary>
    /// Runs base chains of one priority. The kernel runs the chains in the order of their creation, which is not shown.
    /// </summary>
    private End RunGroup(IEnumerable<FirewallChain> group)
    {
        var outcomes = new List<(RuleEffect[] Effects, End End)>();
        int start = _effects.Count;
        foreach (FirewallChain chain in group)
        {
            int before = _effects.Count;
            End end = RunBase(chain);
            outcomes.Add(([.. _effects[before..]], end));
        }

        _effects.RemoveRange(start, _effects.Count - start);
        RuleEffect[] translations =
            [.. outcomes.Select(one => one.Effects.FirstOrDefault(IsTranslation)).OfType<RuleEffect>()];
        if (translations.Any(one => translations.Any(one.Contradicts)))
        {
            _effects.AddRange(outcomes.SelectMany(one => one.Effects).Select(
                effect => effect.Rule.IsTranslation ? effect.WithUnknownOrder() : effect));
            return End.None;
        }

        foreach ((RuleEffect[] effects, End end) in outcomes)
        {
            _effects.AddRange(effects);
            if (end == End.OfHook)
            {
                return end;
            }
        }

        return End.None;
    }

    private static bool IsTranslation(RuleEffect effect) =>
        effect is { Rule.IsTranslation: true, Certainty: >= Certainty.Sometimes };

    private End RunBase(FirewallChain chain)
    {
        End end = RunChain(chain, Reach.Whole);
        if (end == End.None && chain.DropsByPolicy)
        {
            _effects.Add(new RuleEffect(RuleOf(chain, FirewallAction.Drop, "policy drop"), Certainty.Always, []));
            return End.OfHook;
        }

        return end;
    }

    private End RunChain(FirewallChain chain, Reach outer)
    {
        int effectsBefore = _effects.Count;
        _path.Add(chain);
        End end = RunRules(chain, outer);
        _path.Remove(chain);
        if (_effects.Count == effectsBefore)
        {
            _idle.Add(chain); // Nothing in the chain matters to this packet, whichever way the packet comes.
        }

        return end;
    }

    private End RunRules(FirewallChain chain, Reach outer)
    {
        Reach inner = Reach.Whole; // The part of the packets that are still in this chain.
        foreach (FirewallRule rule in chain.ReadRules())
        {
            if (++_steps > _maxSteps)
            {
                return Endless(chain, outer.And(inner), "chains with too many ways through them");
            }

            Reach fits = Judge(rule);
            if (fits.Certainty == Certainty.Never)
            {
                continue;
            }

            Reach reach = inner.And(fits);
            End end = Apply(rule, outer.And(reach));
            bool leaves = rule.Action is FirewallAction.Return or FirewallAction.Goto;
            if (fits.Certainty == Certainty.Always && (end != End.None || leaves))
            {
                return reach.Certainty == Certainty.Always ? end : End.None; // Other packets have returned before.
            }

            inner = leaves ? inner.Unless(fits) : inner;
        }

        return End.None;
    }

    private Reach Judge(FirewallRule rule)
    {
        Certainty fits = Certainty.Always;
        List<OpenCondition>? open = null;
        foreach (FirewallCondition condition in rule.Conditions)
        {
            Certainty certainty = condition.Judge(_packet);
            fits = certainty < fits ? certainty : fits;
            if (fits == Certainty.Never)
            {
                return new Reach(fits, []);
            }

            if (certainty != Certainty.Always)
            {
                var doubt = new OpenCondition(condition.Field, condition.Text);
                open ??= [];
                open.AddRange(open.Contains(doubt) ? [] : [doubt]); // Two conditions can be one in the rule.
            }
        }

        return new Reach(fits, open ?? []);
    }

    private End Apply(FirewallRule rule, Reach reach)
    {
        switch (rule.Action)
        {
            case FirewallAction.Continue or FirewallAction.Return:
                return End.None;
            case FirewallAction.Jump or FirewallAction.Goto
                when rule.Chain is not null && _rules.Chains.TryGetValue(rule.Chain, out FirewallChain? chain):
                return _idle.Contains(chain) ? End.None
                    : _path.Contains(chain) || _path.Count > MaxDepth ? Endless(chain, reach, "a loop of chains")
                    : RunChain(chain, reach);
            case FirewallAction.Jump or FirewallAction.Goto or FirewallAction.Unclear:
                FirewallRule unclear = rule with { Action = FirewallAction.Unclear };
                _effects.Add(new RuleEffect(unclear, Certainty.Unclear, reach.Open));
                return End.None;
            default:
                _effects.Add(new RuleEffect(rule, reach.Certainty, reach.Open));
                return rule.Action switch
                {
                    FirewallAction.Notrack or FirewallAction.Offload => End.None,
                    FirewallAction.Accept => End.OfChain,
                    _ => End.OfHook,
                };
        }
    }

    private End Endless(FirewallChain chain, Reach reach, string name)
    {
        _effects.Add(new RuleEffect(RuleOf(chain, FirewallAction.Unclear, name), Certainty.Unclear, reach.Open));
        return End.OfHook;
    }

    private static FirewallRule RuleOf(FirewallChain chain, FirewallAction action, string name) =>
        new() { Conditions = [], Action = action, Name = name, Place = chain.Place };

    /// <summary>Represents which packets reach a rule.</summary>
    /// <param name="Certainty">Whether the packet reaches the rule.</param>
    /// <param name="Open">The conditions that the certainty depends on.</param>
    private readonly record struct Reach(Certainty Certainty, IReadOnlyList<OpenCondition> Open)
    {
        public static Reach Whole { get; } = new(Certainty.Always, []);

        public Reach And(Reach other) => other.Open.Count == 0 && other.Certainty >= Certainty ? this
            : Open.Count == 0 && Certainty >= other.Certainty ? other
            : new Reach(Certainty < other.Certainty ? Certainty : other.Certainty, [.. Open.Union(other.Open)]);

        public Reach Unless(Reach left) => And(left with
        {
            Open = [.. left.Open.Select(condition => condition with { Text = $"unless {condition.Text}" })],
        });
    }
}
