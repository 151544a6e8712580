using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Diagnosis.Firewall;

namespace ProxyHelper.Diagnosis;

/// <summary>Whether rules lead the users' mail to the proxy (DNAT), and show it the helper's address as the source (SNAT).</summary>
/// <param name="firewall">The rules.</param>
/// <param name="evidence">What the conntrack table tells, or null when it cannot be asked.</param>
/// <param name="smtpPort">The TCP port that users open connections to.</param>
internal sealed class NatChecks(FirewallReading firewall, Evidence? evidence, ushort smtpPort)
{
    private const uint Tcp = 6;
    private const string ReadRules = "Run this as root where nft is installed (apt install nftables), or look yourself: nft list ruleset; iptables-save";

    /// <summary>Judges the DNAT.</summary>
    /// <param name="proxy">Where it must lead, or null to find out.</param>
    /// <returns>The check, and where it leads.</returns>
    public (Finding Finding, TransportEndPoint? Proxy) JudgeDestination(TransportEndPoint? proxy)
    {
        RuleEffect[] effects = [.. RuleWalk.Follow(firewall.Rules, FirewallHook.Prerouting, isNat: true, new FirewallPacket
        {
            [PacketField.Protocol] = Tcp,
            [PacketField.DestinationPort] = smtpPort,
            [PacketField.OriginalDestinationPort] = smtpPort,
            [PacketField.DestinationIsLocal] = 0,
            [PacketField.DestinationIsTranslated] = 0,
            [PacketField.IsNew] = 1,
        })];
        RuleEffect[] translations = [.. effects.Where(effect => effect.Rule.Action is FirewallAction.DestinationNat or FirewallAction.Redirect)];
        TransportEndPoint[] targets = [.. translations.Select(Target).OfType<TransportEndPoint>().Distinct()];
        TransportEndPoint? wanted = proxy ?? (targets is [var only] ? only : null);
        string what = $"TCP port {smtpPort}";
        string rule = $"iifname \"users\" tcp dport {smtpPort} dnat to {wanted?.ToString() ?? "194.0.22.9:9199"}";
        if (wanted is not { } leads)
        {
            return (targets.Length > 1
                ? Finding.Warning(CheckNames.DestinationNat, $"Rules lead {what} to several proxies: {string.Join(", ", targets)}.", "Say which one is meant: -Proxy 194.0.22.9:9199")
                : WithoutRule(CheckNames.DestinationNat, $"leads {what} to a proxy", effects, translations, rule), null);
        }

        int at = Array.FindIndex(effects, effect => effect.Rule.Action == FirewallAction.DestinationNat && LeadsTo(effect, leads));
        return (at < 0
            ? WithoutRule(CheckNames.DestinationNat, $"leads {what} to {leads}", effects, translations, rule)
            : WithRule(CheckNames.DestinationNat, $"{what} is led to {leads}", effects, at), leads);
    }

    /// <summary>Judges the SNAT.</summary>
    /// <param name="proxy">Where the DNAT leads.</param>
    /// <param name="helper">The address that must be shown, or null to find out.</param>
    public Finding JudgeSource(TransportEndPoint? proxy, IPAddress? helper)
    {
        if (proxy is not { } leads)
        {
            return Finding.Skipped(CheckNames.SourceNat, "It is not known where the proxy is.", "Say where DNAT leads the mail: -Proxy 194.0.22.9:9199");
        }

        RuleEffect[] effects = [.. RuleWalk.Follow(firewall.Rules, FirewallHook.Postrouting, isNat: true, new FirewallPacket
        {
            [PacketField.Protocol] = Tcp,
            [PacketField.DestinationAddress] = NumberRange.NumberOf(leads),
            [PacketField.DestinationPort] = leads.Port,
            [PacketField.OriginalDestinationPort] = smtpPort,
            [PacketField.DestinationIsLocal] = 0,
            [PacketField.DestinationIsTranslated] = 1,
            [PacketField.IsNew] = 1,
        })];
        RuleEffect[] translations = [.. effects.Where(effect => effect.Rule.Action is FirewallAction.SourceNat or FirewallAction.Masquerade)];
        IPAddress? shown = helper is null || helper.Equals(IPAddress.Any) ? null : helper;
        string rule = $"ip daddr {leads.Address} tcp dport {leads.Port} snat to {shown?.ToString() ?? "194.0.1.1"}";
        int at = Array.FindIndex(effects, effect => effect.Rule is { Action: FirewallAction.SourceNat, Addresses: { } addresses } && (shown is null || addresses.Contains(NumberRange.NumberOf(IPv4Address.FromIPAddress(shown)))));
        if (at < 0)
        {
            return WithoutRule(CheckNames.SourceNat, $"shows the proxy {leads} {shown?.ToString() ?? "this host"} as the source", effects, translations, rule);
        }

        NumberRange range = effects[at].Rule.Addresses!.Value;
        return range.IsOne
            ? WithRule(CheckNames.SourceNat, $"the proxy {leads} sees {range.ToAddresses()} as the source", effects, at)
            : Finding.Warning(CheckNames.SourceNat, $"The proxy {leads} sees one of {range.ToAddresses()} as the source, by {effects[at]}, and asks that one.", "Have the helper answer on all of them, such as on 0.0.0.0.");
    }

    private TransportEndPoint? Target(RuleEffect effect)
    {
        if (effect is not { Certainty: >= Certainty.Sometimes, Rule: { Action: FirewallAction.DestinationNat, Addresses: { IsOne: true } address } })
        {
            return null;
        }

        return new TransportEndPoint(NumberRange.AddressOf(address.First), (ushort)(effect.Rule.Ports?.First ?? smtpPort));
    }

    private bool LeadsTo(RuleEffect effect, TransportEndPoint proxy) =>
        effect.Rule.Addresses is { } addresses && NumberRange.NumberOf(proxy) is { } number && addresses.Contains(number) && (effect.Rule.Ports ?? new NumberRange(smtpPort)).Contains(proxy.Port);

    private Finding WithRule(string name, string what, RuleEffect[] effects, int at)
    {
        RuleEffect found = effects[at];
        RuleEffect? doubt = effects[..at].FirstOrDefault(effect => effect.Certainty == Certainty.Unclear);
        return found.Certainty == Certainty.Unclear
            ? Finding.Warning(name, $"It cannot be told whether {what}: the rule {found} has conditions that are not understood here.{Seen()}", ReadRules)
            : doubt is not null
            ? Finding.Warning(name, $"It cannot be told whether {what} by {found}: the rule {doubt} stands before it, and is not understood here.{Seen()}", ReadRules)
            : Finding.Passed(name, $"{char.ToUpperInvariant(what[0])}{what[1..]}, by {found}.");
    }

    private Finding WithoutRule(string name, string what, RuleEffect[] effects, RuleEffect[] translations, string rule)
    {
        RuleEffect? unclear = effects.FirstOrDefault(effect => effect.Rule.Action == FirewallAction.Unclear || effect.Rule.HasUnknownTarget);
        if (firewall.Gap is { } gap)
        {
            return Finding.Warning(name, $"No rule that {what} was found, but {gap}.{Seen()}", ReadRules);
        }

        if (unclear is not null)
        {
            return Finding.Warning(name, $"No rule surely {what}; {unclear} may do it, but is not understood here.{Seen()}", ReadRules);
        }

        if (translations.FirstOrDefault(effect => effect.Rule.Action == FirewallAction.Masquerade) is { } masquerade)
        {
            return Finding.Warning(
                name,
                $"No rule surely {what}; {masquerade} shows the address of the device that leads to the proxy.",
                $"Have the helper answer on that address ('ip route get' and the proxy's address show it as src), or use: nft {rule}");
        }

        string others = translations.Length > 0 ? $" What there is leads elsewhere: {translations[0]}." : string.Empty;
        bool isSeen = evidence?.Translated is not null;
        return isSeen
            ? Finding.Warning(name, $"No rule {what}.{others}{Seen()}", $"Was it removed? Load it in a nat chain: {rule}")
            : Finding.Failed(name, $"No rule {what}.{others}", $"Load it in a nat chain (docs/deployment.md): {rule}");
    }

    private string Seen() => evidence?.Translated is { } entry ? $" But the table has a connection that was translated: {entry}." : string.Empty;
}
