using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Diagnosis.Firewall;

namespace ProxyHelper.Diagnosis;

/// <summary>Whether rules keep the queries and answers out of the conntrack table, in both directions.</summary>
internal static class NotrackCheck
{
    private const uint Udp = 17;
    private const string LoadRules = "Load the notrack rules of docs/security.md, \"Firewall rules\": for what arrives and for what leaves.";

    /// <summary>Judges the rules.</summary>
    /// <param name="firewall">The rules.</param>
    /// <param name="evidence">What the conntrack table tells after a query, or null when it cannot be asked.</param>
    /// <param name="helper">The helper's address, or null when it is not known.</param>
    /// <param name="port">The helper's port.</param>
    /// <param name="proxy">The proxy, or null when it is not known.</param>
    public static Finding Judge(FirewallReading firewall, Evidence? evidence, IPAddress? helper, ushort port, TransportEndPoint? proxy)
    {
        uint? own = helper is null || helper.Equals(IPAddress.Any) ? null : NumberRange.NumberOf(IPv4Address.FromIPAddress(helper));
        IReadOnlyList<RuleEffect> arriving = RuleWalk.Follow(firewall.Rules, FirewallHook.Prerouting, isNat: false, new FirewallPacket
        {
            [PacketField.Protocol] = Udp,
            [PacketField.SourceAddress] = NumberRange.NumberOf(proxy),
            [PacketField.DestinationAddress] = own,
            [PacketField.DestinationPort] = port,
            [PacketField.DestinationIsLocal] = 1,
            [PacketField.IsNew] = 0, // conntrack has not seen it yet
        });
        IReadOnlyList<RuleEffect> leaving = RuleWalk.Follow(firewall.Rules, FirewallHook.Output, isNat: false, new FirewallPacket
        {
            [PacketField.Protocol] = Udp,
            [PacketField.SourceAddress] = own,
            [PacketField.SourcePort] = port,
            [PacketField.DestinationAddress] = NumberRange.NumberOf(proxy),
            [PacketField.DestinationIsLocal] = 0,
            [PacketField.IsNew] = 0,
        });
        return Judge(firewall.Gap, evidence?.TrackedQueries ?? 0, port, arriving, leaving);
    }

    private static Finding Judge(string? gap, int tracked, ushort port, IReadOnlyList<RuleEffect> arriving, IReadOnlyList<RuleEffect> leaving)
    {
        string seen = tracked > 0 ? $" The table has {tracked} entries about UDP port {port}." : string.Empty;
        Certainty comes = Kept(arriving), goes = Kept(leaving);
        if (comes == Certainty.Never && arriving is [.., { Rule.Action: FirewallAction.Drop, Certainty: Certainty.Always } drop])
        {
            return Finding.Failed(CheckNames.Notrack, $"The rule {drop} drops the proxy's queries.", "Let the proxy's queries pass: docs/security.md, \"Firewall rules\".");
        }

        if (comes >= Certainty.Sometimes && goes >= Certainty.Sometimes)
        {
            return tracked > 0
                ? Finding.Warning(CheckNames.Notrack, $"There are rules that keep queries out of conntrack, but it has some.{seen}", "If they were loaded just now, run this again in a minute; else compare them with docs/security.md, also for queries of this host's own.")
                : Finding.Passed(CheckNames.Notrack, $"Queries and answers are kept out of conntrack, by {First(arriving)} and {First(leaving)}.");
        }

        string missing = (comes, goes) switch
        {
            (Certainty.Never, Certainty.Never) => "Neither queries nor answers are",
            (Certainty.Never, _) => "Queries are not",
            (_, Certainty.Never) => "Answers are not",
            _ => string.Empty,
        };
        bool isUnclear = gap is not null || missing.Length == 0;
        string doubt = gap ?? "a rule about them is not understood here";
        return isUnclear
            ? Finding.Warning(CheckNames.Notrack, $"It cannot be told whether queries are kept out of conntrack: {doubt}.{seen}", LoadRules)
            : Finding.Warning(CheckNames.Notrack, $"{missing} kept out of conntrack: each takes an entry there for 30 seconds, and is dropped when the table is full.{seen}", LoadRules);
    }

    private static Certainty Kept(IReadOnlyList<RuleEffect> effects)
    {
        // What is dropped for sure ends the walk, so that a notrack behind it is not among the effects.
        RuleEffect? sure = effects.FirstOrDefault(effect => effect.Rule.Action == FirewallAction.Notrack && effect.Certainty >= Certainty.Sometimes);
        bool isUnclear = effects.Any(effect => effect.Rule.Action is FirewallAction.Notrack or FirewallAction.Unclear);
        return sure?.Certainty ?? (isUnclear ? Certainty.Unclear : Certainty.Never);
    }

    private static RuleEffect First(IReadOnlyList<RuleEffect> effects) => effects.First(effect => effect.Rule.Action == FirewallAction.Notrack && effect.Certainty >= Certainty.Sometimes);
}
