using System.Runtime.Versioning;
using ProxyHelper.Linux.Limits;
using ProxyHelper.Relay;

namespace ProxyHelper.Diagnosis.Relay;

/// <summary>Checks whether a relay may open as many descriptors as its connections need.</summary>
internal static class DescriptorCheck
{
    /// <summary>Judges the limit of this process.</summary>
    /// <param name="setup">The set-up of the relay.</param>
    /// <param name="words">The words of the caller.</param>
    [SupportedOSPlatform("linux")]
    public static IEnumerable<Finding> Judge(RelaySetup setup, RelayWords words) =>
        setup.MaxConnections is { } connections ? [Judge(connections, DescriptorLimit.Read().Hard, words)] : [];

    /// <summary>Judges a hard limit. A relay raises its soft limit itself.</summary>
    /// <param name="maxConnections">The largest number of connections.</param>
    /// <param name="limit">The hard limit.</param>
    /// <param name="words">The words of the caller.</param>
    public static Finding Judge(int maxConnections, ulong limit, RelayWords words)
    {
        ulong needed = DescriptorNeed.Of(maxConnections);
        string reason =
            $"{maxConnections} connections need {needed} descriptors. This process may open {limit}.";
        return limit >= needed
            ? Finding.Passed(CheckNames.Descriptors, reason)
            : Finding.Warning(
                CheckNames.Descriptors,
                $"{reason} Connections that exceed the limit wait in the kernel.",
                $"{words.RaiseDescriptorLimit(needed)} Or use {words.MaxConnectionsOption} with a smaller number, " +
                $"such as {DescriptorNeed.ConnectionsWithin(limit)}.");
    }
}
