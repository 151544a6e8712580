using ProxyHelper.Diagnosis.Firewall;

namespace ProxyHelper.Diagnosis;

/// <summary>Represents the search for a NAT rule among the rules that a packet meets, and states the outcome.</summary>
/// <param name="firewall">All rules that could be read.</param>
/// <param name="evidence">What the conntrack table shows, or null if it cannot be read.</param>
/// <param name="effects">The effects of the rules on the packet, in their order.</param>
internal sealed class NatSearch(FirewallReading firewall, Evidence? evidence, RuleEffect[] effects)
{
    /// <summary>What to do if rules were not read.</summary>
    public const string ReadRules =
        "Run the check as root, with an nft that supports JSON (apt install nftables), or look at the rules: " +
        "nft list ruleset; iptables-save";

    /// <summary>Gets the name of the check.</summary>
    public required string Check { get; init; }

    /// <summary>Gets the kind of the rule: DNAT or SNAT.</summary>
    public required string Kind { get; init; }

    /// <summary>Gets what the rule must do, as the predicate of a sentence.</summary>
    public required string Goal { get; init; }

    /// <summary>Gets a rule of nft that does so.</summary>
    public required string Rule { get; init; }

    /// <summary>Gets what happens without the rule, as a sentence with a space before it.</summary>
    public string Consequence { get; init; } = string.Empty;

    /// <summary>
    /// Gets what to do if a rule masquerades, without a full stop; null if such a rule does not matter.
    /// </summary>
    public string? MasqueradeAction { get; init; }

    /// <summary>Gets a function that returns whether an effect is what the search looks for.</summary>
    public required Func<RuleEffect, bool> IsWanted { get; init; }

    private string Article => Kind == "SNAT" ? "an" : "a";

    /// <summary>
    /// Finds the first rule that does what the search looks for: a rule that certainly does so, or else one that may.
    /// </summary>
    public RuleEffect? Find() =>
        Array.Find(effects, effect => effect.Certainty >= Certainty.Sometimes && IsWanted(effect))
        ?? Array.Find(effects, effect => IsWanted(effect));

    /// <summary>Returns the finding if a rule is the right one, or if this is not certain.</summary>
    /// <param name="found">The effect of the rule.</param>
    /// <param name="effect">What the rule does, or null if the rule does exactly what the goal says.</param>
    public Finding Found(RuleEffect found, string? effect = null) => DoubtAbout(found)
        ?? Finding.Passed(Check, $"{(Kind == "SNAT" ? "An" : "A")} {Kind} rule {effect ?? Goal}: {found}.");

    /// <summary>Returns the finding that it is not certain what a rule does, or null if it is certain.</summary>
    public Finding? DoubtAbout(RuleEffect found)
    {
        int index = Array.IndexOf(effects, found);
        RuleEffect? before = effects[..index].FirstOrDefault(one => one.MayEnd && !IsWanted(one));
        return found.Certainty == Certainty.Unclear
            ? Doubtful(
                $"The check does not know whether {Article} {Kind} rule {Goal}, because {found.DescribeDoubt()}: " +
                $"{found}.",
                LookAt(found))
            : before is not null
            ? Doubtful(
                $"The check does not know whether {found} {Goal}: {before} comes first, and " +
                $"{before.DescribeDoubt()}.",
                LookAt(before))
            : firewall.NatGap is { } gap
            ? Doubtful($"The check does not know whether {found} {Goal}: {gap}.", ReadRules)
            : null;
    }

    /// <summary>Returns the finding if no rule is the right one.</summary>
    public Finding NotFound()
    {
        if (firewall.NatGap is { } gap)
        {
            return Doubtful($"No {Kind} rule that {Goal} was found, but {gap}.", ReadRules);
        }

        RuleEffect? unclear = effects.FirstOrDefault(effect =>
            effect.Rule.Action == FirewallAction.Unclear || effect.Rule.HasUnknownTarget);
        if (unclear is not null)
        {
            return Doubtful(
                $"No {Kind} rule certainly {Goal}. {unclear} may do so, but is not understood.", LookAt(unclear));
        }

        RuleEffect? masquerade = effects.FirstOrDefault(effect => effect.Rule.Action == FirewallAction.Masquerade);
        return MasqueradeAction is { } action && masquerade is not null
            ? Finding.Warning(
                Check,
                $"No {Kind} rule certainly {Goal}. {masquerade} uses the address of the outgoing interface.",
                $"{action}, or load this rule in the nat chain before the masquerade: {Rule}")
            : Missing();
    }

    private Finding Missing()
    {
        RuleEffect? other = effects.FirstOrDefault(effect => effect.Rule.IsTranslation);
        string others = other is null ? string.Empty
            : other.Certainty == Certainty.Unclear
            ? $" Another rule may translate the packet, but {other.DescribeDoubt()}: {other}."
            : other.Certainty == Certainty.Always
            ? $" Another rule translates the packet: {other}."
            : $" Another rule may translate the packet: {other}.";
        string place = other?.Certainty >= Certainty.Sometimes ? ", before the other rule" : string.Empty;
        return evidence?.Translated is null
            ? Finding.Failed(
                Check,
                $"No {Kind} rule {Goal}.{others}{Consequence}",
                $"Load this rule in a nat chain (docs/router.md){place}: {Rule}")
            : Finding.Warning(
                Check,
                $"No {Kind} rule {Goal}.{others}{Seen()}",
                $"If the rule was removed, load it in a nat chain: {Rule}");
    }

    private Finding Doubtful(string reason, string action) => Finding.Warning(Check, reason + Seen(), action);

    private static string LookAt(RuleEffect effect) =>
        $"Look whether the rule applies to the mail of the users: {effect.Rule.Place.ListCommand}";

    private string Seen() => evidence?.Translated is { } entry
        ? $" The conntrack table has a translated connection: {entry}."
        : string.Empty;
}
