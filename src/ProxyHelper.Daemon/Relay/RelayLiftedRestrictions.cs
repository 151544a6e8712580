using System.Globalization;
using ProxyHelper.Addresses;
using ProxyHelper.Relay;

namespace ProxyHelper.Daemon.Relay;

/// <summary>
/// Finds the restrictions of a relay that a reload lifts, so that a mistake in the configuration is noticed.
/// </summary>
internal static class RelayLiftedRestrictions
{
    /// <summary>Returns a sentence for each setting that restricts less than before.</summary>
    public static IEnumerable<string> Find(RelayRules before, RelayRules after)
    {
        var known = new AddressRanges(before.Routers);
        EndPointPattern[] routers = [.. after.Routers.Where(router => !known.Contains(router))];
        if (routers.Length > 0)
        {
            yield return $"The reload widened 'router': connections of {string.Join(", ", routers)} are now relayed.";
        }

        if (before.AllowedPorts.Count > 0 && after.AllowedPorts.Count == 0)
        {
            yield return "The reload removed 'allow-port': connections to every original port are now relayed.";
        }
        else if (before.AllowedPorts.Count > 0 && FindAdded(before, after) is [_, ..] ports)
        {
            yield return $"The reload widened 'allow-port': connections to {string.Join(", ", ports)} are now relayed.";
        }

        if (LimitOf(after) > LimitOf(before))
        {
            string limit = after.MaxConnectionsPerSource == 0
                ? "0, which is no limit"
                : after.MaxConnectionsPerSource.ToString(CultureInfo.InvariantCulture);
            yield return "The reload raised 'max-connections-per-source' from "
                + $"{before.MaxConnectionsPerSource} to {limit}.";
        }
    }

    private static int LimitOf(RelayRules rules) =>
        rules.MaxConnectionsPerSource == 0 ? int.MaxValue : rules.MaxConnectionsPerSource; // 0 is no limit

    /// <summary>Returns the ranges with a port that none of the previous ranges has.</summary>
    private static PortRange[] FindAdded(RelayRules before, RelayRules after) =>
    [
        .. after.AllowedPorts.Where(range => Enumerable.Range(range.First, range.Last - range.First + 1)
            .Any(port => !before.AllowedPorts.Any(known => known.First <= port && port <= known.Last))),
    ];
}
