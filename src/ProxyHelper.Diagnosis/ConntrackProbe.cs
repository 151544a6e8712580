using System.Runtime.Versioning;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;

namespace ProxyHelper.Diagnosis;

/// <summary>What the kernel says when it is asked about connection tracking, in the network namespace of the calling thread.</summary>
/// <param name="Statistics">How full the table is, or null when it does not say.</param>
/// <param name="Counters">What it has counted, or null.</param>
/// <param name="Failure">Why it does not say.</param>
/// <param name="IsLoaded">Whether it has connection tracking at all, as far as anybody may see.</param>
internal sealed record ConntrackProbe(ConntrackStatistics? Statistics, ConntrackCounters? Counters, LinuxException? Failure, bool IsLoaded)
{
    private const string Limit = "/proc/sys/net/netfilter/nf_conntrack_max";

    /// <summary>Asks.</summary>
    [SupportedOSPlatform("linux")]
    public static ConntrackProbe Read()
    {
        bool isLoaded = File.Exists(Limit);
        try
        {
            using ConntrackTable table = ConntrackTable.Open();
            return new ConntrackProbe(table.ReadStatistics(), table.ReadCounters(), null, isLoaded);
        }
        catch (LinuxException failure)
        {
            return new ConntrackProbe(null, null, failure, isLoaded);
        }
    }
}
