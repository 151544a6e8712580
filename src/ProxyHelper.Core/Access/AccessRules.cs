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
internal sealed class AccessRules(
    uint secret, IReadOnlyList<EndPointPattern> allowed, IReadOnlyList<EndPointPattern> trusted, LocalAddresses local)
{
    private readonly Prefix[] _allowed = [.. allowed.Select(Prefix.From)];
    private readonly Prefix[] _trusted = [.. trusted.Select(Prefix.From)];

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

    /// <summary>Returns whether the sender may ask about any connection.</summary>
    public bool IsTrusted(IPv4Address sender) => Contains(_trusted, sender) || local.Contains(sender);

    private static bool Contains(Prefix[] prefixes, IPv4Address address)
    {
        foreach (Prefix prefix in prefixes)
        {
            if ((address.Value & prefix.Mask) == prefix.Network)
            {
                return true;
            }
        }

        return false;
    }

    private bool MayAsk(IPv4Address sender) => _allowed.Length == 0 || Contains(_allowed, sender);

    // The comparison of two registers takes the same time for all values.
    private bool HasSecret(in Query query) => (query.Secret ^ secret) == 0;

    /// <summary>
    /// Represents a prefix in the form in which it is compared. A list may have 500 of them, and each query is compared
    /// with all.
    /// </summary>
    /// <param name="Network">The first address.</param>
    /// <param name="Mask">The bits that the addresses have in common: 1 for each.</param>
    private readonly record struct Prefix(uint Network, uint Mask)
    {
        public static Prefix From(EndPointPattern pattern) => new(pattern.IPv4Network.Value, pattern.IPv4Mask);
    }
}
