using ProxyHelper.Conntrack;
using ProxyHelper.Linux;

namespace ProxyHelper.Diagnosis;

/// <summary>Whether this kernel tracks connections, this process may ask it, and the table has room.</summary>
internal static class KernelChecks
{
    private const string LoadModule = "modprobe nf_conntrack_netlink";
    private const string GetPermission = "Run this as root, or give the process CAP_NET_ADMIN (setcap, AmbientCapabilities).";

    /// <summary>Judges what the kernel said.</summary>
    public static IEnumerable<SetupCheck> Judge(ConntrackProbe probe)
    {
        yield return Kernel(probe);
        yield return Permission(probe);
        yield return Table(probe.Statistics);
        yield return Drops(probe.Counters);
    }

    private static SetupCheck Kernel(ConntrackProbe probe) => probe.Failure switch
    {
        null => SetupCheck.Passed(SetupNames.Kernel, "The kernel tracks connections, and answers about them."),
        { Errno: Errno.EPERM } when probe.IsLoaded => SetupCheck.Passed(SetupNames.Kernel, "The kernel tracks connections (nf_conntrack is there)."),
        { Errno: Errno.EPERM } => SetupCheck.Skipped(SetupNames.Kernel, "Without permission it cannot be told whether the kernel tracks connections.", GetPermission),
        { Errno: Errno.EAFNOSUPPORT } => SetupCheck.Skipped(SetupNames.Kernel, "This process may not ask the kernel.", GetPermission),
        var failure => SetupCheck.Failed(SetupNames.Kernel, $"The kernel cannot be asked about connections. {failure.Message}", LoadModule),
    };

    private static SetupCheck Permission(ConntrackProbe probe) => probe.Failure switch
    {
        null => SetupCheck.Passed(SetupNames.Permission, "This process may ask conntrack (CAP_NET_ADMIN)."),
        { Errno: Errno.EPERM } => SetupCheck.Failed(SetupNames.Permission, "This process may not ask conntrack: it lacks CAP_NET_ADMIN.", GetPermission),
        { Errno: Errno.EAFNOSUPPORT } => SetupCheck.Failed(
            SetupNames.Permission, "This process may not open AF_NETLINK sockets.", "Allow them: RestrictAddressFamilies of its systemd unit must name AF_NETLINK."),
        _ => SetupCheck.Skipped(SetupNames.Permission, "It cannot be told while the kernel does not answer.", LoadModule),
    };

    private static SetupCheck Table(ConntrackStatistics? statistics)
    {
        if (statistics is not { } table)
        {
            return SetupCheck.Skipped(SetupNames.Table, "The table cannot be asked.", GetPermission);
        }

        string fill = $"{table.Entries} of {table.Maximum?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "?"} entries";
        return table.IsNearlyFull
            ? SetupCheck.Warning(
                SetupNames.Table,
                $"It is nearly full: {fill}. When it is, new connections are dropped.",
                $"sysctl -w net.netfilter.nf_conntrack_max={Math.Min((ulong)table.Maximum!.Value * 2, int.MaxValue)}; 'Get-NatMapping -IncludeUntranslated' shows what fills it.")
            : SetupCheck.Passed(SetupNames.Table, $"It has room: {fill}.");
    }

    private static SetupCheck Drops(ConntrackCounters? counted)
    {
        if (counted is not { } counters)
        {
            return SetupCheck.Skipped(SetupNames.Drops, "The kernel's counts cannot be read.", GetPermission);
        }

        return counters.Drop + counters.EarlyDrop > 0
            ? SetupCheck.Warning(
                SetupNames.Drops,
                $"Since it started, the kernel has dropped {counters.Drop} packets and thrown out {counters.EarlyDrop} entries, as the table was full or an entry could not be made.",
                "Run 'Measure-NatMapping -Quick' again later: if Drop or EarlyDrop grows, raise net.netfilter.nf_conntrack_max.")
            : SetupCheck.Passed(SetupNames.Drops, "The kernel has dropped nothing for lack of room.");
    }
}
