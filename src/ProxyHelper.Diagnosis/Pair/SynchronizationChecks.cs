using ProxyHelper.Diagnosis.Firewall;

namespace ProxyHelper.Diagnosis.Pair;

/// <summary>Checks whether conntrackd copies the conntrack entries to the other router and from there.</summary>
/// <param name="setup">What this host shows about the pair.</param>
/// <param name="status">What conntrackd says, or null if it does not run.</param>
internal sealed class SynchronizationChecks(PairSetup setup, PairStatus? status)
{
    private const int MaxDifference = 50; // entries; connections come and go during the check

    private const string WithoutCopy =
        "After a failover, the connections of the users break, and the helper answers \"not found\" about them.";

    private readonly string _path = setup.Conntrackd.ConfigurationPath;

    private string Command => $"conntrackd -C {RulePlace.Word(_path)}";

    /// <summary>Judges conntrackd.</summary>
    /// <param name="isPrimary">Whether this router has the addresses of the pair. Null if it is not known.</param>
    /// <param name="countEntries">Counts the entries of the kernel. Null if they cannot be listed.</param>
    public IEnumerable<Finding> Judge(bool? isPrimary, Func<EntryCounts?> countEntries)
    {
        yield return JudgeRunning();
        if (status?.Statistics is { } statistics)
        {
            yield return JudgeEntries(statistics, isPrimary, countEntries);
        }

        if (setup.Synchronization is { IsSynchronizing: true } configuration)
        {
            yield return JudgeLimit(configuration);
        }
    }

    private Finding JudgeRunning() => (setup, status) switch
    {
        ({ Conntrackd.IsRunning: null }, _) => Finding.Skipped(
            CheckNames.PairConntrackd,
            "The check does not know whether conntrackd runs: this process may not see the network namespace of a " +
            "conntrackd.",
            "Run the check as root."),
        ({ Synchronization: null or { IsSynchronizing: false } }, _) => Finding.Warning(
            CheckNames.PairConntrackd,
            $"conntrackd does not copy the conntrack entries: {_path} has no block 'Sync' or cannot be read. " +
            WithoutCopy,
            "Install conntrackd and the files of docs/ha: ./install.sh pair.conf"),
        (_, null) => Finding.Failed(
            CheckNames.PairConntrackd,
            $"conntrackd does not run in this network namespace. {WithoutCopy}",
            $"systemctl restart conntrackd; journalctl -u conntrackd. Without systemd: {Command} -d"),
        (_, { Fault: { } fault }) => Finding.Failed(
            CheckNames.PairConntrackd,
            $"conntrackd runs, but does not answer: {fault}.",
            $"{Command} -s; systemctl restart conntrackd"),
        _ => JudgeConnection(status!.Statistics!),
    };

    private Finding JudgeConnection(ConntrackdStatistics statistics)
    {
        string counted = statistics.Errors + statistics.Lost == 0 ? string.Empty
            : $" Since its start, conntrackd has counted {statistics.Errors} errors and {statistics.Lost} lost " +
                "messages.";
        return !status!.HearsPeer && setup.Synchronization is { IsOftenSilent: true }
            ? Finding.Skipped(
                CheckNames.PairConntrackd,
                "conntrackd runs. The check does not know whether conntrackd hears the other router on " +
                $"{statistics.Link}: in the mode ALARM, a router without connections sends nothing.{counted}",
                $"Compare 'cache internal' on one router with 'cache external' on the other: {Command} -s")
            : !status.HearsPeer
            ? Finding.Warning(
                CheckNames.PairConntrackd,
                $"conntrackd heard nothing from the other router within 3 seconds on {statistics.Link}" +
                $"{(status.Links is { } links ? $" ({links})" : string.Empty)}. " +
                $"{(statistics.Received == 0 ? "Nothing has come since its start. " : string.Empty)}{WithoutCopy}",
                $"If the other router is on, compare 'Sync' in {_path} on both routers. To look at the link: " +
                $"ip -s link show; {Command} -s link; tcpdump -ni any udp port 3780")
            : statistics.Malformed > 0
            ? Finding.Warning(
                CheckNames.PairConntrackd,
                $"conntrackd did not understand {statistics.Malformed} messages of the other router.{counted}",
                "Use the same version of conntrackd and the same 'Mode' and 'Checksum' on both routers: " +
                $"{Command} -s network")
            : Finding.Passed(
                CheckNames.PairConntrackd,
                $"conntrackd runs and hears the other router on {statistics.Link}.{counted}");
    }

    private Finding JudgeEntries(
        ConntrackdStatistics statistics,
        bool? isPrimary,
        Func<EntryCounts?> countEntries) => (statistics, isPrimary) switch
    {
        ({ External: null }, _) => Finding.Warning(
            CheckNames.PairEntries,
            "conntrackd writes the entries of the other router into the kernel at once (DisableExternalCache yes). " +
            "A purge (conntrackd -t) then removes the entries of both routers.",
            $"Write 'DisableExternalCache no' into {_path} on both routers, then run: systemctl restart conntrackd"),
        ({ Internal: null }, not false) => Finding.Skipped(
            CheckNames.PairEntries,
            "conntrackd has no copy of the entries of this router to compare with the kernel (DisableInternalCache " +
            "yes).",
            $"Compare the kernel with 'cache external' on the other router: conntrack -C; {Command} -s cache"),
        (_, null) => Finding.Skipped(
            CheckNames.PairEntries,
            $"conntrackd has {statistics.Internal} entries of this router and {statistics.External} of the other " +
            "router. The check does not know which router is primary.",
            "Compare 'cache internal' of the primary router with 'cache external' of the backup router: " +
            $"{Command} -s cache"),
        ({ Internal: { } own }, true) => JudgePrimary(own, countEntries()),
        ({ External: { } external }, _) => JudgeBackup(external),
    };

    private Finding JudgeBackup(ulong external)
    {
        string compare = $"Compare with 'cache internal' on the primary router: {Command} -s cache";
        return status?.HearsPeer != true
            ? Finding.Skipped(
                CheckNames.PairEntries,
                $"conntrackd has {external} entries of the other router. They can be old: nothing came from the " +
                "other router during the check.",
                compare)
            : external == 0
            ? Finding.Skipped(
                CheckNames.PairEntries,
                "conntrackd has no entry of the other router. That is correct only if no user is connected.",
                $"{compare}. To get all entries of the primary router, run on this router: {Command} -n")
            : Finding.Passed(
                CheckNames.PairEntries,
                $"conntrackd has {external} entries of the other router, ready for a failover. " +
                "The primary router must show about as many: 'conntrackd -s' there, 'cache internal'.");
    }

    private Finding JudgePrimary(ulong own, EntryCounts? kernel)
    {
        string resynchronize = $"{Command} -f internal; {Command} -R; {Command} -B";
        return kernel is not { } table
            ? Finding.Skipped(
                CheckNames.PairEntries,
                $"conntrackd has {own} entries of this router. The kernel's table cannot be listed to compare them.",
                "Run the check as root.")
            : own < (ulong)Math.Max(0, table.Mail - (table.Mail / 10) - MaxDifference)
            ? Finding.Warning(
                CheckNames.PairEntries,
                $"conntrackd has only {own} entries of this router, but the kernel has {table.Mail} " +
                "connections to proxies. The other router does not get the rest.",
                $"{resynchronize}. If the difference comes back, look for 'netlink overrun': {Command} -s runtime")
            : own > (ulong)(table.All + (table.All / 10) + MaxDifference)
            ? Finding.Warning(
                CheckNames.PairEntries,
                $"conntrackd has {own} entries of this router, but the kernel has only {table.All} entries. " +
                "After a failover, the other router would have entries of connections that have ended.",
                resynchronize)
            : Finding.Passed(
                CheckNames.PairEntries,
                $"conntrackd has {own} entries of this router. The kernel has {table.All} entries, " +
                $"{table.Mail} of them connections to proxies.");
    }

    // The next run of install.sh would replace a line of conntrackd.conf that somebody changed.
    private string RaiseLimit(long entries) =>
        $"On both routers, write SYNC_ENTRIES={entries} into pair.conf and run install.sh. Without install.sh, " +
        $"write 'HashLimit {entries}' into 'General' of {_path} and run: systemctl restart conntrackd";

    private Finding JudgeLimit(ConntrackdConfiguration configuration) =>
        (configuration.HashLimit, setup.MaxEntries) switch
        {
            (null, _) => Finding.Warning(
                CheckNames.PairLimit,
                $"{_path} has no HashLimit. conntrackd then keeps fewer entries than most kernels.",
                RaiseLimit(setup.MaxEntries ?? 262144)),
            (_, null) => Finding.Skipped(
                CheckNames.PairLimit,
                "The check does not know how many entries the kernel has room for.",
                "sysctl net.netfilter.nf_conntrack_max"),
            ({ } limit, { } maximum) when limit < maximum => Finding.Warning(
                CheckNames.PairLimit,
                $"conntrackd keeps at most {limit} entries, but the kernel's table has room for {maximum}. The other " +
                "router does not get the rest.",
                RaiseLimit(maximum)),
            ({ } limit, { } maximum) => Finding.Passed(
                CheckNames.PairLimit,
                $"conntrackd keeps up to {limit} entries, and the kernel's table has room for {maximum}."),
        };
}
