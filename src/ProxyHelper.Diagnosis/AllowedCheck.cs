using System.Net;
using ProxyHelper.Addresses;

namespace ProxyHelper.Diagnosis;

/// <summary>
/// Checks whether the helper answers the proxy that the DNAT rule leads to. A typing error in the list of allowed
/// proxies means silence for the proxy, and nothing else shows the error.
/// </summary>
/// <param name="options">The expected set-up.</param>
/// <param name="helper">The addresses and the port of the helper.</param>
/// <param name="words">The words of the caller.</param>
internal sealed class AllowedCheck(InspectionOptions options, HelperSockets helper, CallerWords words)
{
    private const int MaxShown = 5;

    /// <summary>Judges the list. Without a list, the helper answers every proxy, and there is no finding.</summary>
    /// <param name="destination">The end points that the DNAT translates to.</param>
    /// <param name="isLocal">Returns whether an address is one of this host, which may always ask.</param>
    public IEnumerable<Finding> Judge(DestinationJudgement destination, Func<IPAddress, bool> isLocal)
    {
        if (options.AllowedProxies.Count == 0)
        {
            return [];
        }

        if (destination.Targets.Count == 0)
        {
            return [destination.WithoutProxy(CheckNames.Allowed, words)];
        }

        IPAddress[] proxies = [.. destination.Targets.Select(target => target.IPAddress).Distinct()];
        IPAddress[] refused = [.. proxies.Where(address => !IsAllowed(address, isLocal))];
        return [refused.Length == 0 ? Passed(destination, proxies) : Refused(refused, destination.IsCertain)];
    }

    private bool IsAllowed(IPAddress address, Func<IPAddress, bool> isLocal) => isLocal(address)
        || options.AllowedProxies.Concat(options.TrustedClients)
            .Any(pattern => pattern.Contains(IPv4Address.FromIPAddress(address)));

    private Finding Passed(DestinationJudgement destination, IPAddress[] proxies)
    {
        string addresses = Join(proxies);
        return destination.Doubt is null
            ? Finding.Passed(CheckNames.Allowed, $"The helper answers {addresses}, to which the DNAT rule leads.")
            : Finding.Warning(
                CheckNames.Allowed,
                $"The helper answers {addresses}. The check does not know whether DNAT leads to other proxies: " +
                $"{destination.Doubt}.",
                words.GiveProxy(destination.Targets[0]));
    }

    private static string Join<T>(IReadOnlyList<T> items) =>
        string.Join(", ", items.Take(MaxShown)) + (items.Count > MaxShown ? ", …" : string.Empty);

    private Finding Refused(IPAddress[] refused, bool isCertain)
    {
        string addresses = Join(refused), list = Join(options.AllowedProxies);
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
