using ProxyHelper.Diagnosis.Firewall;

namespace ProxyHelper.Diagnosis;

/// <summary>Represents the search for a NAT rule among the rules that a packet meets, and states the outcome.</summary>
/// <param name="firewall">All rules that could be read.</param>
/// <param name="evidence">What the conntrack table shows, or null if it cannot be read.</param>
/// <param name="effects">The effects of the rules on the packet, in their order.</param>
internal sealed class NatSearch(FirewallReading firewall, Evidence? evidence, RuleEffect[] effects)
{
    private const string ReadRules =
        "Run the check as root where nft is installed (apt install nftables), or look at the rules: " +
        "nft list ruleset; iptables-save";

    /// <summary>Gets the name of the check.</summary>
    public required string Check { get; init; }

    /// <summary>Gets the kind of the rule: DNAT or SNAT.</summary>
    public required string Kind { get; init; }

    /// <summary>Gets what the rule must do, as the predicate of a sentence.</summary>
    public required string Goal { get; init; }

    /// <summary>Gets a rule of nft that does so.</summary>
    public required string Rule { get; init; }

    /// <summary>
    /// Gets what to do if a rule masquerades, without a full stop; null if such a rule does not matter.
    /// </summary>
    public string? MasqueradeAction { get; init; }

    /// <summary>Returns the finding if the rule at an index of the effects is the right one.</summary>
    /// <param name="index">The index.</param>
    /// <param name="effect">What the rule does, or null if the rule does exactly what the goal says.</param>
    public Finding Found(int index, string? effect = null)
    {
        RuleEffect found = effects[index];
        RuleEffect? doubt = effects[..index].FirstOrDefault(one => one.Certainty == Certainty.Unclear);
        return found.Certainty == Certainty.Unclear
            ? Doubtful($"Whether a rule {Goal} is not known: {found} has a condition that is not understood.")
            : doubt is not null
            ? Doubtful($"Whether {found} {Goal} is not known: {doubt} comes first and is not understood.")
            : Finding.Passed(Check, $"{(Kind == "SNAT" ? "An" : "A")} {Kind} rule {effect ?? Goal}: {found}.");
    }

    /// <summary>Returns the finding if no rule is the right one.</summary>
    public Finding NotFound()
    {
        if (firewall.Gap is { } gap)
        {
            return Doubtful($"No {Kind} rule that {Goal} was found, but {gap}.");
        }

        RuleEffect? unclear = effects.FirstOrDefault(effect =>
            effect.Rule.Action == FirewallAction.Unclear || effect.Rule.HasUnknownTarget);
        if (unclear is not null)
        {
            return Doubtful($"No {Kind} rule certainly {Goal}. {unclear} may do so, but is not understood.");
        }

        RuleEffect? masquerade = effects.FirstOrDefault(effect => effect.Rule.Action == FirewallAction.Masquerade);
        return MasqueradeAction is { } action && masquerade is not null
            ? Finding.Warning(
                Check,
                $"No {Kind} rule certainly {Goal}. {masquerade} uses the address of the outgoing interface.",
                $"{action}, or use: nft {Rule}")
            : Missing();
    }

    private Finding Missing()
    {
        RuleEffect? other = effects.FirstOrDefault(effect => effect.Rule.IsTranslation);
        string others = other is null ? string.Empty : $" Another rule translates the packet: {other}.";
        return evidence?.Translated is null
            ? Finding.Failed(
                Check,
                $"No {Kind} rule {Goal}.{others}",
                $"Load this rule in a nat chain (docs/deployment.md): {Rule}")
            : Finding.Warning(
                Check,
                $"No {Kind} rule {Goal}.{others}{Seen()}",
                $"If the rule was removed, load it in a nat chain: {Rule}");
    }

    private Finding Doubtful(string reason) => Finding.Warning(Check, reason + Seen(), ReadRules);

    private string Seen() => evidence?.Translated is { } entry
        ? $" The conntrack table has a translated connection: {entry}."
        : string.Empty;
}
