using ProxyHelper.Addresses;
using ProxyHelper.Diagnosis.Firewall;

namespace ProxyHelper.Diagnosis;

/// <summary>
/// Checks whether rules translate the destination of the users' mail to the proxy (DNAT), and the source to an address
/// of the helper (SNAT).
/// </summary>
/// <param name="firewall">The rules.</param>
/// <param name="evidence">What the conntrack table shows, or null if it cannot be read.</param>
/// <param name="smtpPort">The TCP port that users connect to.</param>
/// <param name="words">The words of the caller.</param>
internal sealed class NatChecks(FirewallReading firewall, Evidence? evidence, ushort smtpPort, CallerWords words)
{
    /// <summary>Judges the DNAT.</summary>
    /// <param name="proxy">The end point that the DNAT must translate to, or null to find out.</param>
    /// <returns>The finding, and the end point that the DNAT must translate to.</returns>
    public (Finding Finding, TransportEndPoint? Proxy) JudgeDestination(TransportEndPoint? proxy)
    {
        var packet = new FirewallPacket
        {
            Protocol = IPProtocol.Tcp,
            [PacketField.DestinationPort] = smtpPort,
            [PacketField.OriginalDestinationPort] = smtpPort,
            [PacketField.DestinationIsLocal] = 0,
            [PacketField.DestinationIsTranslated] = 0,
            [PacketField.IsNew] = 1,
        };
        RuleEffect[] effects = [.. RuleWalk.Follow(firewall.Rules, FirewallHook.Prerouting, isNat: true, packet)];
        TransportEndPoint[] targets = [.. effects.Select(TargetOf).OfType<TransportEndPoint>().Distinct()];
        TransportEndPoint? wanted = proxy ?? (targets is [var only] ? only : null);
        if (wanted is null && targets.Length > 1)
        {
            string reason = $"Rules translate TCP port {smtpPort} to several proxies: {string.Join(", ", targets)}.";
            return (Finding.Warning(CheckNames.DestinationNat, reason, words.GiveProxy), null);
        }

        var search = new NatSearch(firewall, evidence, effects)
        {
            Check = CheckNames.DestinationNat,
            Kind = "DNAT",
            Goal = $"translates TCP port {smtpPort} to {wanted?.ToString() ?? "a proxy"}",
            Rule = $"iifname \"users\" tcp dport {smtpPort} dnat to {wanted?.ToString() ?? "194.0.22.9:9199"}",
        };
        int at = wanted is not { } target ? -1 : Array.FindIndex(effects, effect => TranslatesTo(effect, target));
        return (at < 0 ? search.NotFound() : search.Found(at), wanted);
    }

    /// <summary>Judges the SNAT.</summary>
    /// <param name="proxy">The end point that the DNAT translates to.</param>
    /// <param name="helper">The addresses of the helper, of which smtp-gated must see one as the source.</param>
    public Finding JudgeSource(TransportEndPoint? proxy, HelperSockets helper)
    {
        if (proxy is not { } target)
        {
            return Finding.Skipped(CheckNames.SourceNat, "The address of the proxy is not known.", words.GiveProxy);
        }

        var packet = new FirewallPacket
        {
            Protocol = IPProtocol.Tcp,
            DestinationAddress = target.TryGetIPv4(out IPv4Address address) ? address : null,
            [PacketField.DestinationPort] = target.Port,
            [PacketField.OriginalDestinationPort] = smtpPort,
            [PacketField.DestinationIsLocal] = 0,
            [PacketField.DestinationIsTranslated] = 1,
            [PacketField.IsNew] = 1,
        };
        RuleEffect[] effects = [.. RuleWalk.Follow(firewall.Rules, FirewallHook.Postrouting, isNat: true, packet)];
        string wanted = string.Join(" or ", helper.Known);
        var search = new NatSearch(firewall, evidence, effects)
        {
            Check = CheckNames.SourceNat,
            Kind = "SNAT",
            Goal = $"translates the source to {(wanted.Length > 0 ? wanted : "an address of this host")}",
            Rule = $"ip daddr {target.Address} tcp dport {target.Port} snat to " +
                $"{(helper.Known is [var first, ..] ? first.ToString() : "194.0.1.1")}",
            MasqueradeAction =
                $"Let the helper answer on that address ('ip route get {target.Address}' shows it as src)",
        };
        int at = Array.FindIndex(effects, effect => TranslatesFromOneOf(effect, helper.Known));
        return at < 0 ? search.NotFound()
            : effects[at].Rule.Addresses is { IsOne: false } range ? SeveralSources(range, effects[at])
            : search.Found(at, $"translates the source to {effects[at].Rule.Addresses!.Value.ToAddresses()}");
    }

    private static Finding SeveralSources(NumberRange range, RuleEffect effect) => Finding.Warning(
        CheckNames.SourceNat,
        $"An SNAT rule translates the source to one of {range.ToAddresses()}: {effect}. smtp-gated asks that address.",
        "Let the helper answer on all of these addresses, such as on 0.0.0.0.");

    private TransportEndPoint? TargetOf(RuleEffect effect) => effect is
    {
        Certainty: >= Certainty.Sometimes,
        Rule: { Action: FirewallAction.DestinationNat, Addresses: { IsOne: true } address },
    }
        ? new TransportEndPoint(address.FirstAddress, (ushort)(effect.Rule.Ports?.First ?? smtpPort))
        : null;

    private bool TranslatesTo(RuleEffect effect, TransportEndPoint proxy) =>
        effect.Rule is { Action: FirewallAction.DestinationNat, Addresses: { } addresses }
        && proxy.TryGetIPv4(out IPv4Address address)
        && addresses.Contains(address)
        && (effect.Rule.Ports ?? new NumberRange(smtpPort)).Contains(proxy.Port);

    private static bool TranslatesFromOneOf(RuleEffect effect, IReadOnlyList<IPv4Address> helper) =>
        effect.Rule is { Action: FirewallAction.SourceNat, Addresses: { } addresses }
        && (helper.Count == 0 || helper.Any(addresses.Contains));
}
