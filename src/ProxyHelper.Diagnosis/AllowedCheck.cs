using System.Net;
using ProxyHelper.Addresses;

namespace ProxyHelper.Diagnosis;

/// <summary>
/// Checks whether the helper answers the proxy that the DNAT rule has. A typing error in the list of allowed proxies
/// means silence for the proxy, and nothing else shows the error.
/// </summary>
/// <param name="options">The expected set-up.</param>
/// <param name="helper">The addresses and the port of the helper.</param>
/// <param name="words">The words of the caller.</param>
internal sealed class AllowedCheck(InspectionOptions options, HelperSockets helper, CallerWords words)
{
    private const int MaxShown = 5;

    /// <summary>Judges the list. Without a list, the helper answers every proxy, and there is no finding.</summary>
    /// <param name="proxies">The end points that the DNAT translates to.</param>
    /// <param name="isCertain">Whether the DNAT certainly translates to these end points.</param>
    /// <param name="isLocal">Returns whether an address is one of this host, which may always ask.</param>
    public IEnumerable<Finding> Judge(
        IReadOnlyList<TransportEndPoint> proxies, bool isCertain, Func<IPAddress, bool> isLocal)
    {
        if (options.AllowedProxies.Count == 0)
        {
            return [];
        }

        if (proxies.Count == 0)
        {
            return
            [
                Finding.Skipped(CheckNames.Allowed, "The address of the proxy is not known.", words.GiveProxy),
            ];
        }

        IPAddress[] refused =
        [
            .. proxies.Select(proxy => proxy.IPAddress).Distinct().Where(address => !IsAllowed(address, isLocal)),
        ];
        return [refused.Length == 0 ? Passed(proxies) : Refused(refused, isCertain)];
    }

    private bool IsAllowed(IPAddress address, Func<IPAddress, bool> isLocal) => isLocal(address)
        || options.AllowedProxies.Concat(options.TrustedClients)
            .Any(pattern => pattern.Contains(IPv4Address.FromIPAddress(address)));

    private static Finding Passed(IReadOnlyList<TransportEndPoint> proxies) => Finding.Passed(
        CheckNames.Allowed,
        $"The helper answers {string.Join(", ", proxies.Select(proxy => proxy.IPAddress).Distinct())}, to which the " +
        "DNAT rule leads.");

    private Finding Refused(IPAddress[] refused, bool isCertain)
    {
        string addresses = string.Join(", ", refused.AsEnumerable());
        string list = string.Join(", ", options.AllowedProxies.Take(MaxShown))
            + (options.AllowedProxies.Count > MaxShown ? ", …" : string.Empty);
        string reason =
            $"The DNAT rule leads to {addresses}, but the list of allowed proxies has only {list}. " +
            $"The helper is silent to queries from {addresses}.";
        var endPoint = new IPEndPoint(helper.Addresses is [var first, ..] ? first : IPAddress.Any, helper.Port);
        string action = words.AllowProxies(endPoint, refused);
        return isCertain
            ? Finding.Failed(CheckNames.Allowed, reason, action)
            : Finding.Warning(CheckNames.Allowed, reason, action);
    }
}
