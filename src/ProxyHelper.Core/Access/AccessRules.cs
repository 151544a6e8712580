using System.Runtime.Versioning;
using ProxyHelper.Addresses;
using ProxyHelper.Netlink;
using ProxyHelper.Protocol;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Access;

/// <summary>
/// Decides who may ask about which connection. smtp-gated sends a query from the address that accepted the connection,
/// so a sender may ask about connections to its own address. This host and trusted clients may ask about any
/// connection.
/// </summary>
/// <param name="secret">The secret that a query must carry.</param>
/// <param name="allowed">The senders that may ask. An empty list allows every sender.</param>
/// <param name="trusted">The senders that may ask about any connection.</param>
/// <param name="local">The addresses of this host.</param>
[SupportedOSPlatform("linux")]
internal sealed class AccessRules(
    uint secret, IReadOnlyList<EndPointPattern> allowed, IReadOnlyList<EndPointPattern> trusted, LocalAddresses local)
{
    private readonly EndPointPattern[] _allowed = [.. allowed];
    private readonly EndPointPattern[] _trusted = [.. trusted];

    /// <summary>Returns the reason to refuse a query, or null.</summary>
    public Outcome? FindRefusal(IPv4Address sender, in Query query)
    {
        bool isItsOwn = query.Destination.TryGetIPv4(out IPv4Address destination) && destination == sender;
        if (!(MayAsk(sender) && isItsOwn) && !IsTrusted(sender))
        {
            return MayAsk(sender) ? Outcome.NotItsOwn : Outcome.NotAllowed;
        }

        return HasSecret(query) ? null : Outcome.WrongSecret;
    }

    /// <summary>
    /// Returns the reason to refuse a TCP connection, or null. A query over TCP is always about the sender's own
    /// connections, and has no room for a secret.
    /// </summary>
    public Outcome? FindConnectionRefusal(IPv4Address sender) =>
        MayAsk(sender) || IsTrusted(sender) ? null : Outcome.NotAllowed;

    /// <summary>Returns whether the sender is this host, which has no rate limit.</summary>
    public bool IsThisHost(IPv4Address sender) => local.Contains(sender);

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

    private bool IsTrusted(IPv4Address sender) => Contains(_trusted, sender) || local.Contains(sender);

    // The comparison of two registers takes the same time for all values.
    private bool HasSecret(in Query query) => (query.Secret ^ secret) == 0;
}
