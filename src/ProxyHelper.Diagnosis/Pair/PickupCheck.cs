using ProxyHelper.Addresses;
using ProxyHelper.Diagnosis.Firewall;

namespace ProxyHelper.Diagnosis.Pair;

/// <summary>
/// Checks whether a packet in the middle of an unknown connection can make a conntrack entry. Such an entry gets a new
/// source port, which can be the port of another user.
/// </summary>
/// <param name="firewall">The rules.</param>
/// <param name="smtpPort">The TCP port that users connect to.</param>
internal sealed class PickupCheck(FirewallReading firewall, ushort smtpPort)
{
    private const string Rule = "meta l4proto tcp ct state new tcp flags & (fin | syn | rst | ack) != syn drop";

    /// <summary>Judges the setting of the kernel, and the rules.</summary>
    /// <param name="loose">The setting nf_conntrack_tcp_loose, or null if it is not known.</param>
    /// <param name="proxy">The address of the proxy, or null if it is not known.</param>
    public Finding Judge(uint? loose, TransportEndPoint? proxy)
    {
        if (loose == 0)
        {
            return Finding.Passed(
                CheckNames.PairPickup,
                "The kernel makes no entry for a packet in the middle of a connection (nf_conntrack_tcp_loose is 0).");
        }

        RuleEffect[] drops = [.. FindDrops(FirewallHook.Prerouting, null), .. FindDrops(FirewallHook.Forward, proxy)];
        if (Array.Find(drops, IsComplete) is { } complete)
        {
            return Finding.Passed(
                CheckNames.PairPickup, $"A rule drops TCP packets in the middle of an unknown connection: {complete}.");
        }

        string gap = firewall.AnyGap is { } unread ? $", but not all rules are known: {unread}" : string.Empty;
        return Finding.Warning(
            CheckNames.PairPickup,
            (drops is [var partial, ..]
                ? $"A rule drops TCP packets in the middle of an unknown connection, but perhaps not all of them: " +
                    $"{partial}{gap}. "
                : $"No rule drops a TCP packet in the middle of an unknown connection{gap}. ") +
            "After a failover without entries, such a packet makes an entry with a new source port, which can be the " +
            "port of another user.",
            $"Load this rule in a filter chain of the hook prerouting, priority mangle (docs/ha/rules.nft): {Rule}");
    }

    /// <summary>
    /// Returns whether a rule drops the packets of all users. A condition about the interface is taken to be right.
    /// </summary>
    private static bool IsComplete(RuleEffect drop) =>
        drop.Open.All(condition => condition.Field == PacketField.Device);

    /// <summary>Finds rules that drop such a packet, but not the first packet of a connection.</summary>
    private IEnumerable<RuleEffect> FindDrops(FirewallHook hook, TransportEndPoint? proxy)
    {
        HashSet<string> ofFirst = [.. Drops(hook, proxy, TcpFlags.Syn).Select(effect => effect.ToString())];
        return Drops(hook, proxy, TcpFlags.Ack).Where(effect => !ofFirst.Contains(effect.ToString()));
    }

    private IEnumerable<RuleEffect> Drops(FirewallHook hook, TransportEndPoint? proxy, uint flags)
    {
        bool isTranslated = hook == FirewallHook.Forward;
        var packet = new FirewallPacket
        {
            Protocol = IPProtocol.Tcp,
            Destination = isTranslated ? proxy : null,
            [PacketField.DestinationPort] = isTranslated ? proxy?.Port : smtpPort,
            [PacketField.OriginalDestinationPort] = smtpPort,
            [PacketField.DestinationIsLocal] = 0,
            [PacketField.DestinationIsTranslated] = isTranslated ? 1u : 0,
            [PacketField.TcpFlags] = flags,
            [PacketField.IsNew] = 1,
        };
        IReadOnlyList<RuleEffect> effects = RuleWalk.Follow(firewall.Rules, hook, ChainKind.Filter, packet);
        HashSet<string> accepting = [];
        foreach (RuleEffect effect in effects)
        {
            if (effect.Rule.Action == FirewallAction.Accept)
            {
                accepting.Add(effect.Rule.Place.Table); // Later chains of the table may not see the packet.
            }
            else if (effect is { Rule.Action: FirewallAction.Drop, Certainty: >= Certainty.Sometimes }
                && !accepting.Contains(effect.Rule.Place.Table))
            {
                yield return effect;
            }
        }
    }
}
