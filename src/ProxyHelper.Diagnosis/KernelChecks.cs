using System.Globalization;
using System.Runtime.Versioning;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Diagnosis;

/// <summary>
/// Checks whether the kernel tracks connections, this process may look up entries, and the conntrack table has room.
/// </summary>
/// <param name="words">The words of the caller.</param>
internal sealed class KernelChecks(CallerWords words)
{
    private static readonly ErrnoAdvice _permission = ErrnoAdvice.ForConntrack(Errno.EPERM)!.Value;
    private static readonly ErrnoAdvice _netlink = ErrnoAdvice.ForConntrack(Errno.EAFNOSUPPORT)!.Value;

    /// <summary>Judges the answers of the kernel.</summary>
    public IEnumerable<Finding> Judge(ConntrackProbe probe) =>
        [JudgeKernel(probe), JudgePermission(probe), JudgeTable(probe.Statistics), JudgeDrops(probe.Counters)];

    private static Finding JudgeKernel(ConntrackProbe probe) => probe.Failure switch
    {
        null => Finding.Passed(CheckNames.Kernel, "The kernel tracks connections and answers look-ups."),
        { Errno: Errno.EPERM } when probe.IsLoaded =>
            Finding.Passed(CheckNames.Kernel, "The kernel tracks connections (nf_conntrack is loaded)."),
        { Errno: Errno.EPERM } => Finding.Skipped(
            CheckNames.Kernel,
            "Without permission, the check cannot see whether the kernel tracks connections.",
            _permission.Action),
        { Errno: Errno.EAFNOSUPPORT } =>
            Finding.Skipped(CheckNames.Kernel, $"The kernel was not asked: {_netlink.Cause}.", _netlink.Action),
        var failure => Finding.Failed(
            CheckNames.Kernel,
            $"The kernel does not answer look-ups of connections. {failure.Message}",
            ActionFor(failure)),
    };

    private static Finding JudgePermission(ConntrackProbe probe) => probe.Failure switch
    {
        null => Finding.Passed(CheckNames.Permission, "This process may look up conntrack entries (CAP_NET_ADMIN)."),
        { Errno: Errno.EPERM } => WithoutPermission(_permission),
        { Errno: Errno.EAFNOSUPPORT } => WithoutPermission(_netlink),
        var failure => Finding.Skipped(
            CheckNames.Permission,
            "The permission is not known, because the kernel does not answer.",
            ActionFor(failure)),
    };

    private static Finding WithoutPermission(ErrnoAdvice advice) => Finding.Failed(
        CheckNames.Permission, $"This process cannot look up conntrack entries: {advice.Cause}.", advice.Action);

    private static string ActionFor(LinuxException failure) =>
        ErrnoAdvice.ForConntrack(failure.Errno)?.Action ?? $"Run '{ErrnoAdvice.LoadModule}'.";

    private Finding JudgeTable(ConntrackStatistics? statistics)
    {
        if (statistics is not { } table)
        {
            return Finding.Skipped(CheckNames.Table, "The conntrack table cannot be read.", _permission.Action);
        }

        string fill = $"{table.Entries} of {table.Maximum?.ToString(CultureInfo.InvariantCulture) ?? "?"} entries";
        if (table.IsNearlyFull)
        {
            ulong twice = Math.Min((ulong)table.Maximum!.Value * 2, int.MaxValue);
            return Finding.Warning(
                CheckNames.Table,
                $"The table is nearly full: {fill}. A full table drops new connections.",
                $"sysctl -w net.netfilter.nf_conntrack_max={twice}; '{words.ListEntries}' shows the entries.");
        }

        return Finding.Passed(
            CheckNames.Table,
            table.Entries == 0
                ? "The table is empty. Check that this is the network namespace that does the NAT."
                : $"The table has room: {fill}.");
    }

    private Finding JudgeDrops(ConntrackCounters? counters)
    {
        if (counters is not { } counted)
        {
            return Finding.Skipped(CheckNames.Drops, "The counters of the kernel cannot be read.", _permission.Action);
        }

        return counted.Drop + counted.EarlyDrop > 0
            ? Finding.Warning(
                CheckNames.Drops,
                $"Since its start, the kernel has dropped {counted.Drop} packets and evicted {counted.EarlyDrop} " +
                "entries, because the table was full or an entry could not be created.",
                words.WatchDrops)
            : Finding.Passed(CheckNames.Drops, "The kernel has dropped no packet because of a full table.");
    }
}

/// <summary>
/// Represents the answers of the kernel about connection tracking in the network namespace of the calling thread.
/// </summary>
/// <param name="Statistics">The fill of the table, or null if the kernel does not say.</param>
/// <param name="Counters">The counters of the kernel, or null if the kernel does not say.</param>
/// <param name="Failure">The reason that the kernel does not answer, or null.</param>
/// <param name="IsLoaded">
/// Whether the kernel has connection tracking, as far as an unprivileged process can see.
/// </param>
internal sealed record ConntrackProbe(
    ConntrackStatistics? Statistics, ConntrackCounters? Counters, LinuxException? Failure, bool IsLoaded)
{
    private const string Limit = "/proc/sys/net/netfilter/nf_conntrack_max";

    /// <summary>Asks the kernel.</summary>
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
