using System.Runtime.Versioning;
using ProxyHelper.Linux.Limits;
using ProxyHelper.Relay;

namespace ProxyHelper.PowerShell;

/// <summary>Contains the warnings about the settings of a relay.</summary>
internal static class RelayWarnings
{
    /// <summary>Returns the warnings, after the limit of open files was raised as far as possible.</summary>
    [SupportedOSPlatform("linux")]
    public static IEnumerable<string> Of(RelayOptions options, RelayRules rules)
    {
        if (rules.AllowedPorts.Count == 0)
        {
            yield return "-AllowedPort is missing: the relay passes on connections to every port. Use -AllowedPort "
                + "with the ports that the DNAT rule of the router translates, such as '-AllowedPort 80, 443'.";
        }

        ulong needed = DescriptorNeed.Of(options.MaxConnections);
        ulong limit = DescriptorLimit.Raise(needed).Soft;
        if (limit < needed)
        {
            yield return $"{options.MaxConnections} connections need {needed} descriptors, and this process may open "
                + $"{limit}. More connections wait in the kernel. Run 'ulimit -n {needed}' before the shell starts, or "
                + $"use -MaxConnections {Math.Max(1, DescriptorNeed.ConnectionsWithin(limit))}.";
        }
    }
}
