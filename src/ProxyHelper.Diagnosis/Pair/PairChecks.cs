using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Diagnosis.Firewall;

namespace ProxyHelper.Diagnosis.Pair;

/// <summary>
/// Checks what a failover needs besides the conntrack entries: keepalived, the helper on both routers, and the kernel.
/// </summary>
/// <param name="setup">What this host shows about the pair.</param>
/// <param name="helper">The addresses and the port of the helper.</param>
/// <param name="isLocal">Returns whether an address is one of this host.</param>
/// <param name="words">The words of the caller.</param>
internal sealed class PairChecks(
    PairSetup setup, HelperSockets helper, Func<IPAddress, bool> isLocal, CallerWords words)
{
    private readonly string _path = setup.Keepalived.ConfigurationPath;
    private readonly IReadOnlyList<VrrpInstance> _instances = setup.FindInstances(helper);

    private string Reload => $"then run: systemctl reload keepalived. The file is {_path}.";

    /// <summary>
    /// Gets whether this router has the addresses of the pair. Null if keepalived moves no address that is known.
    /// </summary>
    public bool? IsPrimary => MovedAddresses.Any() ? MovedAddresses.Any(IsHere) : null;

    private IEnumerable<IPv4Address> MovedAddresses =>
        _instances.SelectMany(instance => instance.Addresses).Where(IsOfHelper);

    /// <summary>Judges keepalived.</summary>
    public IEnumerable<Finding> JudgeKeepalived()
    {
        if (_instances is not [var first, ..])
        {
            return [WithoutInstance()];
        }

        return
        [
            JudgeRunning(),
            JudgeAnnouncements(_instances.MinBy(instance => instance.RefreshSeconds)!),
            JudgePreemption(_instances.FirstOrDefault(TakesBack) ?? first),
        ];
    }

    /// <summary>Judges the helper and the kernel.</summary>
    /// <param name="allowsAbsent">
    /// Whether the helper starts without its address. Null if this process does not know.
    /// </param>
    /// <param name="grace">How long the helper asks again after a failover. Null if this process does not know.</param>
    public IEnumerable<Finding> JudgeHelper(bool? allowsAbsent, TimeSpan? grace)
    {
        yield return JudgeAbsentAddress(allowsAbsent);
        if (grace is { } time)
        {
            yield return JudgeGrace(time);
        }

        yield return JudgeWindows();
    }

    private bool IsHere(IPv4Address address) => isLocal(address.ToIPAddress());

    private bool IsOfHelper(IPv4Address address) => helper.Known.Count == 0 || helper.Known.Contains(address);

    private Finding WithoutInstance()
    {
        string known = helper.Known.Count == 0 ? "an address" : string.Join(" or ", helper.Known);
        return setup.Addresses is { IsWhole: true }
            ? Finding.Failed(
                CheckNames.Pair,
                $"conntrackd copies entries to another router, but keepalived does not move {known}: {_path} has no " +
                "vrrp_instance with this address. After a failover, smtp-gated asks a router that does not answer.",
                $"Add the address to 'virtual_ipaddress' on both routers, {Reload}")
            : Finding.Skipped(
                CheckNames.Pair,
                $"The check does not know whether keepalived moves {known}: {_path} is missing, cannot be read, or " +
                "has parts that this check does not read ('include', conditions, variables).",
                $"Look for the address in 'virtual_ipaddress': keepalived --config-test -f {RulePlace.Word(_path)}; " +
                "ip -4 address show");
    }

    private Finding JudgeRunning()
    {
        string addresses = string.Join(", ", MovedAddresses.Where(address => IsPrimary != true || IsHere(address)));
        return (setup.Keepalived.IsRunning, IsPrimary) switch
        {
            (null, _) => Finding.Skipped(
                CheckNames.Pair,
                "The check does not know whether keepalived runs: a process hides its network namespace.",
                "Run the check as root."),
            (false, true) => Finding.Failed(
                CheckNames.Pair,
                $"keepalived does not run, but this router has {addresses}. The other router takes the address, too, " +
                "and the network then reaches either of them.",
                "systemctl restart keepalived; journalctl -u keepalived"),
            (false, _) => Finding.Failed(
                CheckNames.Pair,
                $"keepalived does not run, so this router does not get {addresses} at a failover.",
                "systemctl restart keepalived; journalctl -u keepalived"),
            (true, true) => Finding.Passed(
                CheckNames.Pair, $"This is the primary router of a pair now: keepalived has given it {addresses}."),
            _ => Finding.Passed(
                CheckNames.Pair,
                $"This is the backup router of a pair now: keepalived gives it {addresses} at a failover."),
        };
    }

    private Finding JudgeAnnouncements(VrrpInstance instance) => instance.RefreshSeconds > 0
        ? Finding.Passed(
            CheckNames.PairAnnouncements,
            $"The primary router repeats its ARP announcements every {instance.RefreshSeconds} seconds.")
        : NotKnownOr(Finding.Warning(
            CheckNames.PairAnnouncements,
            "keepalived announces the addresses by ARP only at a failover. If both routers were primary for a " +
            "moment, the network can go on sending packets to the router that is backup now.",
            $"Write 'vrrp_garp_master_refresh 2' into 'global_defs' on both routers, {Reload}"));

    private static bool TakesBack(VrrpInstance instance) =>
        (instance.Preempts || instance.StartsAsMaster) && instance.PreemptDelaySeconds == 0;

    private Finding JudgePreemption(VrrpInstance instance) => TakesBack(instance)
        ? NotKnownOr(Finding.Warning(
            CheckNames.PairPreemption,
            "The router with the higher priority takes the addresses back as soon as it returns, also before " +
            "conntrackd has copied the entries to it.",
            $"Write 'state BACKUP' and 'nopreempt' into vrrp_instance {instance.Name} on both routers, {Reload}"))
        : Finding.Passed(
            CheckNames.PairPreemption, "A router that returns does not take the addresses back at once.");

    // An included file can set what this file does not.
    private Finding NotKnownOr(Finding finding) => setup.Addresses is { IsWhole: true } ? finding : Finding.Skipped(
        finding.Check,
        $"{_path} has parts that this check does not read ('include', conditions, variables). Not known: " +
        finding.Reason,
        finding.Action);

    private Finding JudgeAbsentAddress(bool? allowsAbsent) => (allowsAbsent, helper.Known.Count) switch
    {
        (_, 0) when helper.Addresses.Count > 0 =>
            Finding.Passed(CheckNames.PairHelper, "The helper answers on all addresses of this host."),
        (true, _) => Finding.Passed(
            CheckNames.PairHelper, "The helper starts without its address, and answers as soon as the address comes."),
        (false, _) => Finding.Warning(
            CheckNames.PairHelper,
            "The helper does not start while the other router has its address, such as after a reboot of this router.",
            words.AllowAbsentAddress),
        (null, _) => Finding.Skipped(
            CheckNames.PairHelper,
            "The check does not know whether the helper starts while the other router has its address, because the " +
            "helper is not in this session.",
            words.AllowAbsentAddress),
    };

    private Finding JudgeGrace(TimeSpan grace) => grace > TimeSpan.Zero
        ? Finding.Passed(
            CheckNames.PairGrace,
            $"After a failover, the helper waits for late conntrack entries for {grace.TotalSeconds:0.###} seconds.")
        : Finding.Warning(
            CheckNames.PairGrace,
            "The helper does not wait for late conntrack entries after a failover. A query that comes before the " +
            "entries are in the kernel is answered \"not found\", and the sender gets a temporary error.",
            $"Use {words.FailoverGraceOption} 3 on both routers.");

    private Finding JudgeWindows() => setup.BeLiberal switch
    {
        > 0 => Finding.Passed(
            CheckNames.PairWindows,
            "The kernel accepts TCP windows that it does not know (nf_conntrack_tcp_be_liberal)."),
        0 => Finding.Warning(
            CheckNames.PairWindows,
            "The kernel calls packets invalid whose TCP window it does not know. conntrackd does not copy windows, " +
            "so connections can stall after a failover.",
            "On both routers, write 'net.netfilter.nf_conntrack_tcp_be_liberal = 1' into " +
            "/etc/sysctl.d/60-proxy-helper-pair.conf, and run: sysctl -w net.netfilter.nf_conntrack_tcp_be_liberal=1"),
        null => Finding.Skipped(
            CheckNames.PairWindows,
            "The check does not know whether the kernel accepts unknown TCP windows.",
            "sysctl net.netfilter.nf_conntrack_tcp_be_liberal"),
    };
}
