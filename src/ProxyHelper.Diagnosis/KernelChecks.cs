using ProxyHelper.Conntrack;
using ProxyHelper.Linux;

namespace ProxyHelper.Diagnosis;

/// <summary>Whether this kernel tracks connections, this process may ask it, and the table has room.</summary>
internal static class KernelChecks
{
    private const string LoadModule = "modprobe nf_conntrack_netlink";
    private const string GetPermission = "Run this as root, or give the process CAP_NET_ADMIN (setcap, AmbientCapabilities).";

    /// <summary>Judges what the kernel said.</summary>
    public static IEnumerable<Finding> Judge(ConntrackProbe probe)
    {
        yield return Kernel(probe);
        yield return Permission(probe);
        yield return Table(probe.Statistics);
        yield return Drops(probe.Counters);
    }

    private static Finding Kernel(ConntrackProbe probe) => probe.Failure switch
    {
        null => Finding.Passed(CheckNames.Kernel, "The kernel tracks connections, and answers about them."),
        { Errno: Errno.EPERM } when probe.IsLoaded => Finding.Passed(CheckNames.Kernel, "The kernel tracks connections (nf_conntrack is there)."),
        { Errno: Errno.EPERM } => Finding.Skipped(CheckNames.Kernel, "Without permission it cannot be told whether the kernel tracks connections.", GetPermission),
        { Errno: Errno.EAFNOSUPPORT } => Finding.Skipped(CheckNames.Kernel, "This process may not ask the kernel.", GetPermission),
        var failure => Finding.Failed(CheckNames.Kernel, $"The kernel cannot be asked about connections. {failure.Message}", LoadModule),
    };

    private static Finding Permission(ConntrackProbe probe) => probe.Failure switch
    {
        null => Finding.Passed(CheckNames.Permission, "This process may ask conntrack (CAP_NET_ADMIN)."),
        { Errno: Errno.EPERM } => Finding.Failed(CheckNames.Permission, "This process may not ask conntrack: it lacks CAP_NET_ADMIN.", GetPermission),
        { Errno: Errno.EAFNOSUPPORT } => Finding.Failed(
            CheckNames.Permission, "This process may not open AF_NETLINK sockets.", "Allow them: RestrictAddressFamilies of its systemd unit must name AF_NETLINK."),
        _ => Finding.Skipped(CheckNames.Permission, "It cannot be told while the kernel does not answer.", LoadModule),
    };

    private static Finding Table(ConntrackStatistics? statistics)
    {
        if (statistics is not { } table)
        {
            return Finding.Skipped(CheckNames.Table, "The table cannot be asked.", GetPermission);
        }

        string fill = $"{table.Entries} of {table.Maximum?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "?"} entries";
        return table.IsNearlyFull
            ? Finding.Warning(
                CheckNames.Table,
                $"It is nearly full: {fill}. When it is, new connections are dropped.",
                $"sysctl -w net.netfilter.nf_conntrack_max={Math.Min((ulong)table.Maximum!.Value * 2, int.MaxValue)}; 'Get-NatMapping -IncludeUntranslated' shows what fills it.")
            : Finding.Passed(CheckNames.Table, $"It has room: {fill}.");
    }

    private static Finding Drops(ConntrackCounters? counted)
    {
        if (counted is not { } counters)
        {
            return Finding.Skipped(CheckNames.Drops, "The kernel's counts cannot be read.", GetPermission);
        }

        return counters.Drop + counters.EarlyDrop > 0
            ? Finding.Warning(
                CheckNames.Drops,
                $"Since it started, the kernel has dropped {counters.Drop} packets and thrown out {counters.EarlyDrop} entries, as the table was full or an entry could not be made.",
                "Run 'Measure-NatMapping -Quick' again later: if Drop or EarlyDrop grows, raise net.netfilter.nf_conntrack_max.")
            : Finding.Passed(CheckNames.Drops, "The kernel has dropped nothing for lack of room.");
    }
}
