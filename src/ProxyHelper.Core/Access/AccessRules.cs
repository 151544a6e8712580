using System.Runtime.Versioning;
using ProxyHelper.Addresses;
using ProxyHelper.Netlink;
using ProxyHelper.Protocol;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Access;

/// <summary>
/// Who may ask, and about what. smtp-gated asks from the address that accepted the connection, so a sender may ask about the
/// connections to its own address; this host and trusted clients may ask about any.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class AccessRules(
    uint secret, IReadOnlyList<EndPointPattern> allowed, IReadOnlyList<EndPointPattern> trusted, LocalAddresses own)
{
    private readonly EndPointPattern[] _allowed = [.. allowed];
    private readonly EndPointPattern[] _trusted = [.. trusted];

    /// <summary>Judges a query.</summary>
    /// <param name="sender">The address it came from.</param>
    /// <param name="query">The query.</param>
    public Verdict Judge(IPv4Address sender, in Query query)
    {
        bool isItsOwn = query.Destination.TryGetIPv4(out IPv4Address destination) && destination == sender;
        if (!(MayAsk(sender) && isItsOwn) && !IsTrusted(sender))
        {
            return MayAsk(sender) ? Verdict.NotItsOwn : Verdict.NotAllowed;
        }

        return HasSecret(query) ? Verdict.Allowed : Verdict.WrongSecret;
    }

    /// <summary>Judges a TCP connection: a query by it can only be about its sender's own connections, and has no room for a secret.</summary>
    /// <param name="sender">The address it came from.</param>
    public Verdict JudgeConnection(IPv4Address sender) => MayAsk(sender) || IsTrusted(sender) ? Verdict.Allowed : Verdict.NotAllowed;

    /// <summary>Whether the sender is this host: it is not held to a rate.</summary>
    public bool IsThisHost(IPv4Address sender) => own.Contains(sender);

    private static bool Contains(EndPointPattern[] prefixes, IPv4Address address)
    {
        foreach (EndPointPattern prefix in prefixes)
        {
            if (prefix.Contains(address))
            {
                return true;
            }
        }

        return false;
    }

    private bool MayAsk(IPv4Address sender) => _allowed.Length == 0 || Contains(_allowed, sender);

    private bool IsTrusted(IPv4Address sender) => Contains(_trusted, sender) || own.Contains(sender);

    // Two registers are compared in the same time whatever is in them.
    private bool HasSecret(in Query query) => (query.Secret ^ secret) == 0;
}
