using ProxyHelper.Addresses;
using ProxyHelper.Diagnosis.Firewall;

namespace ProxyHelper.Diagnosis;

/// <summary>Checks whether rules keep queries and replies out of the conntrack table, in both directions.</summary>
/// <param name="firewall">The rules.</param>
/// <param name="evidence">What the conntrack table shows after a query, or null if it cannot be read.</param>
/// <param name="port">The UDP port of the helper.</param>
internal sealed class NotrackCheck(FirewallReading firewall, Evidence? evidence, ushort port)
{
    private const string LoadRules =
        "Load the notrack rules of docs/security.md, \"Firewall rules\", for both directions.";

    private const string LoadOrListRules = $"To see all rules: nft list ruleset; iptables-save. {LoadRules}";

    private readonly int _tracked = evidence?.TrackedQueries ?? 0;

    private string Seen => _tracked switch
    {
        0 => string.Empty,
        1 => $" The table has 1 entry about UDP port {port}.",
        _ => $" The table has {_tracked} entries about UDP port {port}.",
    };

    /// <summary>Judges the rules for each address of the helper.</summary>
    /// <returns>The first finding that has not passed, or the finding for the first address.</returns>
    /// <param name="firewall">The rules.</param>
    /// <param name="evidence">What the conntrack table shows after a query, or null if it cannot be read.</param>
    /// <param name="helper">The addresses and the port of the helper.</param>
    /// <param name="proxy">The proxy, or null if it is not known.</param>
    public static Finding Judge(
        FirewallReading firewall, Evidence? evidence, HelperSockets helper, TransportEndPoint? proxy)
    {
        var check = new NotrackCheck(firewall, evidence, helper.Port);
        IPv4Address?[] addresses = helper.Known.Count == 0 ? [null] : [.. helper.Known];
        IPv4Address? asker = FirewallPacket.AddressOf(proxy);
        Finding[] findings = [.. addresses.Select(address => check.Judge(address, asker))];
        return findings.FirstOrDefault(finding => finding.Severity != Severity.Passed) ?? findings[0];
    }

    private Finding Judge(IPv4Address? helper, IPv4Address? proxy)
    {
        var query = new FirewallPacket
        {
            Protocol = IPProtocol.Udp,
            SourceAddress = proxy,
            DestinationAddress = helper,
            [PacketField.DestinationPort] = port,
            [PacketField.DestinationIsLocal] = 1,
            [PacketField.IsNew] = 0, // conntrack has not seen the packet yet
        };
        var reply = new FirewallPacket
        {
            Protocol = IPProtocol.Udp,
            SourceAddress = helper,
            [PacketField.SourcePort] = port,
            DestinationAddress = proxy,
            [PacketField.DestinationIsLocal] = 0,
            [PacketField.IsNew] = 0,
        };
        return Judge(
            RuleWalk.Follow(firewall.Rules, FirewallHook.Prerouting, ChainKind.BeforeConntrack, query),
            RuleWalk.Follow(firewall.Rules, FirewallHook.Output, ChainKind.BeforeConntrack, reply));
    }

    private Finding Judge(IReadOnlyList<RuleEffect> arriving, IReadOnlyList<RuleEffect> leaving)
    {
        Certainty queries = NotrackCertainty(arriving), replies = NotrackCertainty(leaving);
        bool isDropped = queries == Certainty.Never
            && arriving is [.., { Rule.Action: FirewallAction.Drop, Certainty: Certainty.Always }]
            && !arriving.Any(effect => effect.MayEnd);
        if (isDropped)
        {
            return Finding.Failed(
                CheckNames.Notrack,
                $"The rule {arriving[^1]} drops the queries of the proxy.",
                "Let the queries of the proxy pass. See docs/security.md, \"Firewall rules\".");
        }

        return queries >= Certainty.Sometimes && replies >= Certainty.Sometimes
            ? JudgeTable(FirstNotrack(arriving), FirstNotrack(leaving))
            : WithoutRule(queries, replies, arriving.Concat(leaving).FirstOrDefault(effect => effect.MayEnd));
    }

    private Finding JudgeTable(RuleEffect arriving, RuleEffect leaving) => firewall.NotrackGap is { } gap
        ? Finding.Warning(
            CheckNames.Notrack,
            $"Rules keep queries and replies out of conntrack: {arriving} and {leaving}. The check does not know " +
            $"whether another rule comes first: {gap}.{Seen}",
            LoadOrListRules)
        : _tracked > 0
        ? Finding.Warning(
            CheckNames.Notrack,
            $"Rules keep queries out of conntrack, but the table has some.{Seen}",
            "If the rules were loaded just now, run the check again in a minute. Otherwise compare them with " +
            "docs/security.md, also for queries of this host.")
        : Finding.Passed(
            CheckNames.Notrack, $"Rules keep queries and replies out of conntrack: {arriving} and {leaving}.");

    private Finding WithoutRule(Certainty queries, Certainty replies, RuleEffect? unclear)
    {
        string? missing = (queries, replies) switch
        {
            (Certainty.Never, Certainty.Never) => "Neither queries nor replies are",
            (Certainty.Never, _) => "Queries are not",
            (_, Certainty.Never) => "Replies are not",
            _ => null,
        };
        string doubt = firewall.NotrackGap
            ?? (unclear is null ? "a rule about them is not understood" : $"{unclear.DescribeDoubt()}: {unclear}");
        string reason = firewall.NotrackGap is null && missing is not null
            ? $"{missing} kept out of conntrack: each takes an entry for 30 seconds, and a full table drops it."
            : $"The check does not know whether rules keep queries out of conntrack: {doubt}.";
        return Finding.Warning(
            CheckNames.Notrack, reason + Seen, firewall.NotrackGap is null ? LoadRules : LoadOrListRules);
    }

    private static Certainty NotrackCertainty(IReadOnlyList<RuleEffect> effects)
    {
        // A certain drop ends the walk, so that a notrack after it is not among the effects.
        RuleEffect? certain = effects.FirstOrDefault(IsNotrack);
        bool isUnclear = effects.TakeWhile(effect => effect != certain).Any(effect => effect.MayEnd);
        return certain is not null && !isUnclear ? certain.Certainty
            : certain is not null || effects.Any(IsUnclearNotrack) ? Certainty.Unclear
            : Certainty.Never;
    }

    private static bool IsUnclearNotrack(RuleEffect effect) => effect.Certainty == Certainty.Unclear
        && effect.Rule.Action is FirewallAction.Notrack or FirewallAction.Unclear;

    private static RuleEffect FirstNotrack(IReadOnlyList<RuleEffect> effects) => effects.First(IsNotrack);

    private static bool IsNotrack(RuleEffect effect) =>
        effect is { Rule.Action: FirewallAction.Notrack, Certainty: >= Certainty.Sometimes };
}
