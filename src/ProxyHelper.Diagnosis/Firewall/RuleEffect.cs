namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>What one rule does to the packet that rules are tried with.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Certainty">Whether it does.</param>
/// <param name="Restrictions">On what open things that depends, in words.</param>
internal sealed record RuleEffect(FirewallRule Rule, Certainty Certainty, IReadOnlyList<string> Restrictions)
{
    /// <summary>The rule in words, as an administrator finds it again.</summary>
    public override string ToString() => Restrictions.Count == 0
        ? $"'{Rule.Text}' in {Rule.Place}"
        : $"'{string.Join(' ', Restrictions)} {Rule.Text}' in {Rule.Place}";
}
