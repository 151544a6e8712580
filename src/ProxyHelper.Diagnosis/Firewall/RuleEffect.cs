namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>Represents a condition that may be true or not.</summary>
/// <param name="Field">The field of the packet that the condition reads.</param>
/// <param name="Text">The condition in words.</param>
internal sealed record OpenCondition(PacketField Field, string Text);

/// <summary>Represents the effect of one rule on a packet.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Certainty">Whether the rule has the effect.</param>
/// <param name="Open">The conditions that the certainty depends on.</param>
internal sealed record RuleEffect(FirewallRule Rule, Certainty Certainty, IReadOnlyList<OpenCondition> Open)
{
    /// <summary>Gets whether another rule may come first, although the tools show it later.</summary>
    public bool HasUnknownOrder { get; private init; }

    /// <summary>
    /// Gets whether the rule is not understood and may end the way of the packet, so that later rules may not matter.
    /// </summary>
    public bool MayEnd => Certainty == Certainty.Unclear
        && Rule.Action is not (FirewallAction.Notrack or FirewallAction.Offload);

    /// <summary>
    /// Returns whether two rules translate the same packets to different ends. If their conditions depend on different
    /// fields, such as the interface, they are taken to be about different packets.
    /// </summary>
    public bool Contradicts(RuleEffect other) =>
        (Rule.Action, Rule.Addresses, Rule.Ports) != (other.Rule.Action, other.Rule.Addresses, other.Rule.Ports)
        && Open.Select(one => one.Field).ToHashSet().SetEquals(other.Open.Select(one => one.Field));

    /// <summary>Returns the same effect for the case that another rule may come first.</summary>
    public RuleEffect WithUnknownOrder() => this with { Certainty = Certainty.Unclear, HasUnknownOrder = true };

    /// <summary>Returns the reason that the effect is not certain, as a clause.</summary>
    public string DescribeDoubt()
    {
        if (HasUnknownOrder)
        {
            return "another chain with the same priority translates the packet, too, and no tool shows which is first";
        }

        string[] unclear = [.. Open.Where(one => one.Field == PacketField.Unclear).Select(one => one.Text)];
        return unclear.Length == 0 ? "the rule is not understood"
            : $"the condition '{string.Join(' ', unclear)}' is not understood";
    }

    /// <summary>Returns the rule in words by which an administrator finds the rule again.</summary>
    public override string ToString() =>
        $"'{string.Join(' ', [.. Open.Select(one => one.Text), Rule.Text])}' in {Rule.Place}";
}
