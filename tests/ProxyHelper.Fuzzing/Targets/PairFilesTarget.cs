using System.Text;
using ProxyHelper.Diagnosis;
using ProxyHelper.Diagnosis.Pair;
using ProxyHelper.Tests.Diagnosis;

namespace ProxyHelper.Fuzzing.Targets;

/// <summary>
/// Reads the input as each file of a pair of routers and as the output of conntrackd, and checks the findings.
/// </summary>
internal sealed class PairFilesTarget : IFuzzTarget
{
    /// <inheritdoc/>
    public string Name => "pair-files";

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        string text = Encoding.UTF8.GetString(input);
        var setup = new PairSetup
        {
            Keepalived = new PairProgram(true, "/etc/keepalived/keepalived.conf"),
            Addresses = KeepalivedConfiguration.Parse(text),
            Conntrackd = new PairProgram(true, "/etc/conntrackd/conntrackd.conf"),
            Synchronization = ConntrackdConfiguration.Parse(text),
            Variables = PairVariables.Parse(text),
            BeLiberal = 1,
            Loose = 1,
            MaxEntries = 1,
        };
        ConntrackdStatistics? statistics = ConntrackdStatistics.TryParse(input);
        PairStatus status = new(statistics, HearsPeer: false, ConntrackdStatistics.ReadLinkStates(input), text);
        var helper = new HelperSockets([], 114);
        PairStatus answering = statistics is null ? status : status with { Fault = null };
        FindingInvariant.Holds(
        [
            .. new PairChecks(setup, helper, _ => false, TestWords.Instance).JudgeKeepalived(),
            .. new SynchronizationChecks(setup, status).Judge(isPrimary: true, () => default(EntryCounts)),
            .. new SynchronizationChecks(setup, answering).Judge(isPrimary: null, () => null),
        ]);
        Invariant.Holds(
            setup.Variables.PortsOfA is not { } ports || (ports.First > 0 && ports.First <= ports.Last),
            "a range of ports has its ends in order");
    }
}
