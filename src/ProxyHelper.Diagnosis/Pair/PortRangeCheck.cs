using ProxyHelper.Addresses;
using ProxyHelper.Diagnosis.Firewall;

namespace ProxyHelper.Diagnosis.Pair;

/// <summary>
/// Checks whether the two routers assign different source ports. If both assign the same port, one of them changes the
/// port of an entry that conntrackd brings, without an error, and the helper answers about another user.
/// </summary>
/// <param name="given">The source ports of the other router as the caller gave them, or null.</param>
/// <param name="variables">The installed pair.conf, or null.</param>
/// <param name="words">The words of the caller.</param>
internal sealed class PortRangeCheck(PortRange? given, PairVariables? variables, CallerWords words)
{
    private const string Consequence =
        "After a failover, both routers can have used one source port for two users. The kernel then changes the " +
        "port of one entry without an error, and the helper answers with the data of the wrong user.";

    /// <summary>Judges the SNAT rules of this router.</summary>
    /// <param name="rules">The rules for connections to the proxies.</param>
    /// <param name="doubt">Why the rules are not certain, as a clause, or null.</param>
    public Finding Judge(IReadOnlyList<RuleEffect> rules, string? doubt)
    {
        if (rules.Count == 0)
        {
            return Finding.Skipped(
                CheckNames.PairPorts,
                $"The source ports of this router are not known: {doubt ?? "no SNAT rule was found"}.",
                $"See the finding of the check '{CheckNames.SourceNat}'.");
        }

        if (doubt is not null)
        {
            return Finding.Warning(
                CheckNames.PairPorts,
                $"The check does not know which source ports this router assigns: {doubt}.",
                NatSearch.ReadRules);
        }

        return rules.FirstOrDefault(rule => rule.Rule.Ports is null) is { } open ? WithoutRange(open)
            : Judge([.. rules.Select(rule => (rule, RangeOf(rule.Rule.Ports!.Value)))]);
    }

    private static PortRange RangeOf(NumberRange ports) => new((ushort)ports.First, (ushort)ports.Last);

    private static Finding WithoutRange(RuleEffect rule) => Finding.Failed(
        CheckNames.PairPorts,
        $"The SNAT rule has no range of ports: {rule}. {Consequence}",
        $"Give each router ports of its own: '{rule.Rule.Text}:1024-32767' on one router and " +
        $"'{rule.Rule.Text}:32768-65535' on the other router. To see the rule: {rule.Rule.Place.ListCommand}");

    private Finding Judge((RuleEffect Rule, PortRange Ports)[] rules)
    {
        string own = string.Join(" and ", rules.Select(rule => rule.Ports).Distinct());
        if (given is null && variables is { PortsOfA: { } a, PortsOfB: { } b }
            && Array.Find(rules, rule => !a.Contains(rule.Ports) && !b.Contains(rule.Ports)) is { Rule: { } other })
        {
            return Finding.Failed(
                CheckNames.PairPorts,
                $"The loaded SNAT rule assigns the ports {own}, but {PairVariables.InstalledPath} has {a} and {b}: " +
                $"{other}.",
                "Load the rules again: /etc/proxy-helper-pair/primary-backup.sh load");
        }

        if (FindPeer(rules[0].Ports) is not { } peer)
        {
            return Finding.Skipped(
                CheckNames.PairPorts,
                $"This router assigns the ports {own}. The ports of the other router are not known.",
                $"{words.GivePeerPorts}. On the other router, 'nft list ruleset' shows them.");
        }

        return Array.Find(rules, rule => rule.Ports.Overlaps(peer)) is { Rule: { } overlapping }
            ? Finding.Failed(
                CheckNames.PairPorts,
                $"This router assigns the ports {own}, and the other router {peer}. They overlap: {overlapping}. " +
                Consequence,
                $"Give each router ports of its own, such as 1024-32767 and 32768-65535. " +
                $"To see the rule of this router: {overlapping.Rule.Place.ListCommand}")
            : Finding.Passed(
                CheckNames.PairPorts,
                $"This router assigns the ports {own}, and the other router {peer}: " +
                $"{string.Join("; ", rules.Select(rule => rule.Rule))}.");
    }

    // Two rules of a router can share the ports of the router.
    private PortRange? FindPeer(PortRange own) => given
        ?? (variables?.PortsOfA?.Contains(own) == true ? variables.PortsOfB : variables?.PortsOfA);
}
