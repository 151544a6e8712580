using System.Net;
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
/// <param name="isLocal">Returns whether an address is one of this host.</param>
/// <param name="words">The words of the caller.</param>
internal sealed class NatChecks(
    FirewallReading firewall, Evidence? evidence, ushort smtpPort, Func<IPAddress, bool> isLocal, CallerWords words)
{
    private const int MaxAddresses = 256; // of a range that an SNAT rule translates to

    // Mail servers that the proxy may connect to. A rule about a destination of its own leaves out at least one.
    private static readonly IPv4Address[] _mailServers = [new(0x08000001), new(0xC6290004)];

    /// <summary>Gets whether a rule translates, or may translate, the mail of the users.</summary>
    public bool HasDestinationNat => Arrive(source: null)
        .Any(effect => effect.Rule.Action is FirewallAction.DestinationNat or FirewallAction.Redirect);

    /// <summary>Judges the DNAT.</summary>
    /// <param name="proxy">The end point that the DNAT must translate to, or null to find out.</param>
    public DestinationJudgement JudgeDestination(TransportEndPoint? proxy)
    {
        RuleEffect[] effects = Arrive(source: null);
        NatTarget[] targets = TargetsOf(effects);
        TransportEndPoint? wanted = proxy ?? (targets is [{ Addresses.IsOne: true } only] ? only.First : null);
        if (wanted is null && targets.Length > 0)
        {
            return JudgeSeveral(targets, DoubtAbout(effects));
        }

        var search = new NatSearch(firewall, evidence, effects)
        {
            Check = CheckNames.DestinationNat,
            Kind = "DNAT",
            Goal = $"translates TCP port {smtpPort} to {wanted?.ToString() ?? "a proxy"}",
            Rule = $"iifname \"users\" tcp dport {smtpPort} dnat to {wanted?.ToString() ?? "194.0.22.9:9199"}",
            Consequence = " The helper answers \"not found\" about connections without DNAT.",
            IsWanted = effect => wanted is { } target && TranslatesTo(effect, target),
        };
        RuleEffect? found = search.Find();
        Finding finding = found is null ? search.NotFound() : search.Found(found);
        bool isDoubtful = proxy is null && finding.Severity == Severity.Warning;
        string? doubt = isDoubtful ? DoubtAbout(effects) : null;
        finding = finding.Severity == Severity.Passed ? LoopThrough(wanted!.Value, found!) ?? finding : finding;
        return new DestinationJudgement(finding, wanted, wanted is { } one ? [one] : [], doubt);
    }

    private DestinationJudgement JudgeSeveral(NatTarget[] targets, string? doubt)
    {
        string reason =
            $"Rules {(doubt is null ? "translate" : "may translate")} TCP port {smtpPort} to several proxies: " +
            $"{string.Join(", ", targets.AsEnumerable())}.{(doubt is null ? string.Empty : $" Not known: {doubt}.")}";
        return new DestinationJudgement(
            Finding.Warning(CheckNames.DestinationNat, reason, words.GiveProxy(targets[0].First)),
            Proxy: null,
            [.. targets.SelectMany(target => target.EndPoints).Distinct()],
            doubt ?? (targets.All(target => target.IsListed) ? null : "the range is too long to compare all of it"));
    }

    /// <summary>Returns why it is not certain what rules do, as a clause, or null.</summary>
    private string? DoubtAbout(RuleEffect[] effects) => firewall.NatGap
        ?? (Array.Find(effects, effect => effect.Certainty == Certainty.Unclear || effect.Rule.HasUnknownTarget)
            is { } unclear ? $"{unclear.DescribeDoubt()}: {unclear}" : null);

    /// <summary>Judges the SNAT of connections to the proxy, as far as the proxy is known.</summary>
    public Finding JudgeSource(DestinationJudgement destination, HelperSockets helper)
    {
        if (destination.Proxy is not { } proxy)
        {
            return destination.WithoutProxy(CheckNames.SourceNat, words);
        }

        Finding finding = JudgeSource(proxy, helper);
        return destination.Doubt is null || finding.Severity != Severity.Passed ? finding : Finding.Warning(
            CheckNames.SourceNat,
            $"{finding.Reason} The check does not know whether {proxy} is the proxy: {destination.Doubt}.",
            words.GiveProxy(proxy));
    }

    /// <summary>Judges the SNAT.</summary>
    /// <param name="proxy">The end point that the DNAT translates to.</param>
    /// <param name="helper">The addresses of the helper, of which smtp-gated must see one as the source.</param>
    public Finding JudgeSource(TransportEndPoint proxy, HelperSockets helper)
    {
        RuleEffect[] effects = Leave(proxy);
        string wanted = string.Join(" or ", helper.Known);
        var search = new NatSearch(firewall, evidence, effects)
        {
            Check = CheckNames.SourceNat,
            Kind = "SNAT",
            Goal = $"translates the source to {(wanted.Length > 0 ? wanted : "an address of this host")}",
            Rule = $"ip daddr {proxy.Address} tcp dport {proxy.Port} snat to " +
                $"{(helper.Known is [var first, ..] ? first.ToString() : "194.0.1.1")}",
            MasqueradeAction =
                $"Let the helper answer on that address ('ip route get {proxy.Address}' shows it as src)",
            IsWanted = effect => TranslatesFromOneOf(effect, helper),
        };
        return search.Find() is { } found
            ? JudgeFoundSource(search, found)
            : new SourceMismatch(search, helper, isLocal, words).Judge(effects) ?? search.NotFound();
    }

    /// <summary>
    /// Finds the rules that give connections to the proxies an address of the helper, and the reason that these rules
    /// are not certain, as a clause. Several rules are about several networks of users.
    /// </summary>
    /// <param name="proxy">The proxy, or null if there are several or none is known.</param>
    /// <param name="helper">The addresses of the helper.</param>
    public (RuleEffect[] Rules, string? Doubt) FindSources(TransportEndPoint? proxy, HelperSockets helper)
    {
        RuleEffect[] effects = Leave(proxy);
        RuleEffect[] found = [.. effects.Where(effect => TranslatesFromOneOf(effect, helper))];
        int last = Array.FindLastIndex(effects, effect => found.Contains(effect)
            || effect.Rule is { Action: FirewallAction.SourceNat, HasUnknownTarget: true });
        return (found, DoubtAbout(found.Length == 0 ? effects : effects[..(last + 1)]));
    }

    private static Finding JudgeFoundSource(NatSearch search, RuleEffect found)
    {
        NumberRange addresses = found.Rule.Addresses!.Value;
        Finding finding = search.Found(found, $"translates the source to {addresses.ToAddresses()}");
        return finding.Severity != Severity.Passed || addresses.IsOne ? finding : Finding.Warning(
            CheckNames.SourceNat,
            $"An SNAT rule translates the source to one of {addresses.ToAddresses()}: {found}. smtp-gated asks that " +
            "address.",
            "Let the helper answer on all of these addresses, such as on 0.0.0.0.");
    }

    /// <summary>
    /// Returns the finding if a rule also translates the connections of the proxy to port 25, so that they lead back to
    /// the proxy. Returns null if the rule, or a rule before it, depends on the interface or the sender, or if the rule
    /// is about a destination of its own.
    /// </summary>
    private Finding? LoopThrough(TransportEndPoint proxy, RuleEffect found)
    {
        if (!proxy.TryGetIPv4(out IPv4Address sender) || isLocal(proxy.IPAddress))
        {
            return null; // The connections of this host do not come through prerouting.
        }

        if (!_mailServers.All(server => IsCaught(Arrive(sender, server), proxy)))
        {
            return null;
        }

        NumberRange proxies = found.Rule.Addresses!.Value;
        return Finding.Warning(
            CheckNames.DestinationNat,
            $"A DNAT rule translates TCP port {smtpPort} to {proxy}, also for connections of the proxy: {found}. " +
            $"Its conditions also fit the proxy {sender}. If the proxy reaches servers through this router, the " +
            "rule leads its connections to this port back to the proxy (a loop).",
            $"Let the connections of the proxy pass, and save the rule: " +
            found.Rule.Place.ExceptionCommand(proxies, smtpPort));
    }

    private bool IsCaught(RuleEffect[] effects, TransportEndPoint proxy)
    {
        int caught = Array.FindIndex(effects, effect => TranslatesTo(effect, proxy));
        return caught >= 0
            && effects[caught].Certainty >= Certainty.Sometimes
            && !effects[..(caught + 1)].Any(DependsOnInterface);
    }

    private static bool DependsOnInterface(RuleEffect effect) =>
        effect.Open.Any(condition => condition.Field is PacketField.Device or PacketField.Unclear);

    private RuleEffect[] Arrive(IPv4Address? source, IPv4Address? destination = null)
    {
        var packet = new FirewallPacket
        {
            Protocol = IPProtocol.Tcp,
            SourceAddress = source,
            DestinationAddress = destination,
            [PacketField.DestinationPort] = smtpPort,
            [PacketField.OriginalDestinationPort] = smtpPort,
            [PacketField.DestinationIsLocal] = 0,
            [PacketField.DestinationIsTranslated] = 0,
            [PacketField.TcpFlags] = TcpFlags.Syn,
            [PacketField.IsNew] = 1,
        };
        return [.. RuleWalk.Follow(firewall.Rules, FirewallHook.Prerouting, ChainKind.Nat, packet)];
    }

    private RuleEffect[] Leave(TransportEndPoint? proxy)
    {
        var packet = new FirewallPacket
        {
            Protocol = IPProtocol.Tcp,
            Destination = proxy,
            [PacketField.OriginalDestinationPort] = smtpPort,
            [PacketField.DestinationIsLocal] = 0,
            [PacketField.DestinationIsTranslated] = 1,
            [PacketField.TcpFlags] = TcpFlags.Syn,
            [PacketField.IsNew] = 1,
        };
        return [.. RuleWalk.Follow(firewall.Rules, FirewallHook.Postrouting, ChainKind.Nat, packet)];
    }

    /// <summary>
    /// Returns the end points that rules certainly translate to. Without such rules, returns the end points that rules
    /// may translate to.
    /// </summary>
    private NatTarget[] TargetsOf(RuleEffect[] effects)
    {
        bool isCertain = effects.Any(effect => effect.Certainty >= Certainty.Sometimes && TargetOf(effect) is not null);
        return
        [
            .. effects.Where(effect => !isCertain || effect.Certainty >= Certainty.Sometimes)
                .Select(TargetOf).OfType<NatTarget>().Distinct(),
        ];
    }

    private NatTarget? TargetOf(RuleEffect effect) =>
        effect.Rule is { Action: FirewallAction.DestinationNat, Addresses: { } addresses }
            ? new NatTarget(addresses, (ushort)(effect.Rule.Ports?.First ?? smtpPort))
            : null;

    private bool TranslatesTo(RuleEffect effect, TransportEndPoint proxy) =>
        effect.Rule is { Action: FirewallAction.DestinationNat, Addresses: { } addresses }
        && proxy.TryGetIPv4(out IPv4Address address)
        && addresses.Contains(address)
        && (effect.Rule.Ports ?? new NumberRange(smtpPort)).Contains(proxy.Port);

    // A helper on 0.0.0.0 answers only on the addresses of this host.
    private bool TranslatesFromOneOf(RuleEffect effect, HelperSockets helper) =>
        effect.Rule is { Action: FirewallAction.SourceNat, Addresses: { } addresses }
        && (helper.Known.Count > 0
            ? helper.Known.Any(addresses.Contains)
            : helper.AllowsAbsent || addresses.Take(MaxAddresses).Any(one => isLocal(one.ToIPAddress())));
}
