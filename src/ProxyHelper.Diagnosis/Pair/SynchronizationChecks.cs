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

    private string Command => $"conntrackd -C {_path}";

    /// <summary>Judges conntrackd.</summary>
    /// <param name="isPrimary">Whether this router has the addresses of the pair. Null if it is not known.</param>
    /// <param name="countEntries">Counts the TCP entries of the kernel. Null if they cannot be listed.</param>
    public IEnumerable<Finding> Judge(bool? isPrimary, Func<TcpEntries?> countEntries)
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
            "Whether conntrackd runs is not known: this process may not see the network namespace of a conntrackd.",
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
        return !status!.HearsPeer
            ? Finding.Warning(
                CheckNames.PairConntrackd,
                $"conntrackd heard nothing from the other router within 3 seconds on {statistics.Link}" +
                $"{(status.Links is { } links ? $" ({links})" : string.Empty)}. " +
                $"{(statistics.Received == 0 ? "Nothing has come since its start. " : string.Empty)}{WithoutCopy}",
                $"If the other router is on, compare 'Sync' in {_path} on both routers, and look at the link: " +
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

    private Finding JudgeEntries(ConntrackdStatistics statistics, bool? isPrimary, Func<TcpEntries?> countEntries) =>
        statistics.External is not { } external
        ? Finding.Warning(
            CheckNames.PairEntries,
            "conntrackd writes the entries of the other router into the kernel at once (DisableExternalCache yes). " +
            "A purge (conntrackd -t) then removes the entries of both routers.",
            $"Write 'DisableExternalCache no' into {_path} on both routers, then run: systemctl restart conntrackd")
        : isPrimary == true
        ? JudgePrimary(statistics.Internal, countEntries())
        : Finding.Passed(
            CheckNames.PairEntries,
            $"conntrackd has {external} entries of the other router, ready for a failover. " +
            "The primary router must show about as many: 'conntrackd -s' there, 'cache internal'.");

    private Finding JudgePrimary(ulong own, TcpEntries? kernel)
    {
        string resynchronize = $"{Command} -f internal; {Command} -R; {Command} -B";
        return kernel is not { } table
            ? Finding.Skipped(
                CheckNames.PairEntries,
                $"conntrackd has {own} entries of this router. The kernel's table cannot be listed to compare them.",
                "Run the check as root.")
            : own + MaxDifference + ((ulong)table.Translated / 10) < (ulong)table.Translated
            ? Finding.Warning(
                CheckNames.PairEntries,
                $"conntrackd has only {own} entries of this router, but the kernel has {table.Translated} " +
                "connections to proxies. The other router does not get the rest.",
                $"{resynchronize}. If the difference comes back, look for 'netlink overrun': {Command} -s runtime")
            : own > (ulong)table.All + ((ulong)table.All / 10) + MaxDifference
            ? Finding.Warning(
                CheckNames.PairEntries,
                $"conntrackd has {own} entries of this router, but the kernel has only {table.All} TCP entries. " +
                "After a failover, the other router would have entries of connections that have ended.",
                resynchronize)
            : Finding.Passed(
                CheckNames.PairEntries,
                $"conntrackd has {own} entries of this router. The kernel has {table.All} TCP entries, " +
                $"{table.Translated} of them connections to proxies.");
    }

    private Finding JudgeLimit(ConntrackdConfiguration configuration) =>
        (configuration.HashLimit, setup.MaxEntries) switch
        {
            (null, _) => Finding.Warning(
                CheckNames.PairLimit,
                $"{_path} has no HashLimit. conntrackd then keeps fewer entries than most kernels.",
                $"Write 'HashLimit {setup.MaxEntries ?? 262144}' into 'General' of {_path} on both routers, " +
                "then run: systemctl restart conntrackd"),
            (_, null) => Finding.Skipped(
                CheckNames.PairLimit,
                "It is not known how many entries the kernel has room for.",
                "sysctl net.netfilter.nf_conntrack_max"),
            ({ } limit, { } maximum) when limit < maximum => Finding.Warning(
                CheckNames.PairLimit,
                $"conntrackd keeps at most {limit} entries, but the kernel's table has room for {maximum}. The other " +
                "router does not get the rest.",
                $"Write 'HashLimit {maximum}' into 'General' of {_path} on both routers, " +
                "then run: systemctl restart conntrackd"),
            ({ } limit, { } maximum) => Finding.Passed(
                CheckNames.PairLimit,
                $"conntrackd keeps up to {limit} entries, and the kernel's table has room for {maximum}."),
        };
}
