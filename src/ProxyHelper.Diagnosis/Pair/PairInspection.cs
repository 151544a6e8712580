using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Diagnosis.Firewall;

namespace ProxyHelper.Diagnosis.Pair;

/// <summary>Runs the checks of a router that is one of a pair.</summary>
/// <param name="setup">What this host shows about the pair.</param>
/// <param name="helper">The addresses and the port of the helper.</param>
/// <param name="options">The expected set-up.</param>
/// <param name="words">The words of the caller.</param>
internal sealed class PairInspection(
    PairSetup setup, HelperSockets helper, InspectionOptions options, CallerWords words)
{
    /// <summary>Judges keepalived, the helper, the kernel, and conntrackd.</summary>
    /// <param name="isLocal">Returns whether an address is one of this host.</param>
    /// <param name="countEntries">Counts the entries of the kernel. Null if they cannot be listed.</param>
    /// <param name="cancellationToken">Stops the checks.</param>
    public IEnumerable<Finding> Judge(
        Func<IPAddress, bool> isLocal, Func<EntryCounts?> countEntries, CancellationToken cancellationToken)
    {
        var checks = new PairChecks(setup, helper, isLocal, words);
        PairStatus? status = setup is { Conntrackd.IsRunning: true, Synchronization.IsSynchronizing: true }
            ? PairStatus.Read(setup.Conntrackd.ConfigurationPath, cancellationToken)
            : null;
        return
        [
            .. checks.JudgeKeepalived(),
            .. new SynchronizationChecks(setup, status).Judge(checks.IsPrimary, countEntries),
            .. checks.JudgeHelper(options.AllowAbsentAddresses, options.FailoverGrace),
        ];
    }

    /// <summary>Judges the rules.</summary>
    /// <param name="nat">The checks of the NAT rules.</param>
    /// <param name="firewall">The rules.</param>
    /// <param name="proxy">The proxy, or null if there are several or none is known.</param>
    public IEnumerable<Finding> JudgeRules(NatChecks nat, FirewallReading firewall, TransportEndPoint? proxy)
    {
        (RuleEffect[] rules, string? doubt) = nat.FindSources(proxy, helper);
        return
        [
            new PortRangeCheck(options.PeerPorts, setup.Variables, words).Judge(rules, doubt),
            new PickupCheck(firewall, (ushort)options.SmtpPort!.Value).Judge(setup.Loose, proxy),
        ];
    }
}
