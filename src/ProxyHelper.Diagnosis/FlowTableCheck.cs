using ProxyHelper.Addresses;
using ProxyHelper.Diagnosis.Firewall;

namespace ProxyHelper.Diagnosis;

/// <summary>
/// Checks whether rules move the connections to the proxy to a flow table. The packets of such a connection pass the
/// router without rules and without conntrack, so that its entry can be gone while the connection lives.
/// </summary>
/// <param name="firewall">The rules.</param>
/// <param name="smtpPort">The TCP port that users connect to.</param>
internal sealed class FlowTableCheck(FirewallReading firewall, ushort smtpPort)
{
    // A port that systems give to outgoing connections. A rule about a service, such as HTTP, does not fit it.
    private const uint UserPort = 50000;

    private const string Consequence =
        "The packets of such a connection bypass conntrack. The entry has no TCP state, conntrackd gets no updates " +
        "of the entry, and the kernel can remove the entry early. The helper then answers \"not found\".";

    /// <summary>Judges the rules.</summary>
    /// <param name="proxies">The end points that DNAT translates to. The list is empty if they are not known.</param>
    /// <param name="entries">What the conntrack table has, or null if it cannot be listed.</param>
    public Finding Judge(IReadOnlyList<TransportEndPoint> proxies, EntryCounts? entries)
    {
        TransportEndPoint?[] ends = proxies.Count == 0 ? [null] : [.. proxies.Cast<TransportEndPoint?>()];
        RuleEffect? rule = ends.SelectMany(Offloads).MaxBy(effect => effect.Certainty);
        string? ofRule = rule is null ? null
            : rule.Certainty == Certainty.Unclear
            ? "The check does not know whether a rule moves connections to the proxy to a flow table, because " +
                $"{rule.DescribeDoubt()}: {rule}."
            : $"A rule moves connections to the proxy to a flow table: {rule}.";
        string? ofEntries = entries is { Offloaded: > 0 and var count }
            ? $"{count} connections to proxies are in a flow table now."
            : null;
        ushort port = ends[0]?.Port ?? 9199;
        return (ofRule ?? ofEntries) is not null
            ? Finding.Warning(
                CheckNames.FlowTable,
                string.Join(' ', ((string?[])[ofRule, ofEntries, Consequence]).OfType<string>()),
                $"Add 'th dport != {port} th sport != {port}' before 'flow add' in this rule. " +
                $"To see the rule: {rule?.Rule.Place.ListCommand ?? "nft list ruleset"}")
            : firewall.FlowGap is { } gap
            ? WithoutRules(gap, entries)
            : Finding.Passed(
                CheckNames.FlowTable, "No rule moves the connections to the proxy to a flow table.");
    }

    private static Finding WithoutRules(string gap, EntryCounts? entries) => entries is { Mail: > 0 and var count }
        ? Finding.Passed(
            CheckNames.FlowTable, $"None of the {count} connections to proxies is in a flow table. Not known: {gap}.")
        : Finding.Warning(
            CheckNames.FlowTable,
            $"No rule that moves connections to a flow table was found, but {gap}.",
            NatSearch.ReadRules);

    private IEnumerable<RuleEffect> Offloads(TransportEndPoint? proxy)
    {
        var there = new FirewallPacket
        {
            Protocol = IPProtocol.Tcp,
            Destination = proxy,
            [PacketField.SourcePort] = UserPort,
            [PacketField.OriginalDestinationPort] = smtpPort,
            [PacketField.DestinationIsLocal] = 0,
            [PacketField.DestinationIsTranslated] = 1,
            [PacketField.TcpFlags] = TcpFlags.Ack,
            [PacketField.IsNew] = 0,
        };
        var back = new FirewallPacket
        {
            Protocol = IPProtocol.Tcp,
            Source = proxy,
            [PacketField.DestinationPort] = UserPort,
            [PacketField.OriginalDestinationPort] = smtpPort,
            [PacketField.DestinationIsLocal] = 0,
            [PacketField.DestinationIsTranslated] = 1,
            [PacketField.TcpFlags] = TcpFlags.Ack,
            [PacketField.IsNew] = 0,
        };
        return Follow(there).Concat(Follow(back));
    }

    private IEnumerable<RuleEffect> Follow(FirewallPacket packet) =>
        RuleWalk.Follow(firewall.Rules, FirewallHook.Forward, ChainKind.Filter, packet)
            .Where(effect => effect.Rule.Action == FirewallAction.Offload);
}
