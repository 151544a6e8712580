using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Diagnosis;
using ProxyHelper.Diagnosis.Firewall;
using ProxyHelper.Tests.Diagnosis;

namespace ProxyHelper.Fuzzing.Targets;

/// <summary>Reads the output of nft or iptables-save, and checks the findings.</summary>
internal sealed class FirewallRulesTarget : IFuzzTarget
{
    private static readonly HelperSockets _helper = new([IPAddress.Parse("194.0.1.1")], 114);

    /// <inheritdoc/>
    public string Name => "firewall-rules";

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        byte[] text = input.ToArray();
        var nft = new ToolOutput("nft", text, null);
        var none = new ToolOutput("nft", null, null);
        Judge(
            FirewallReading.Of(_ => nft, [], []), isWhole: NftRuleset.TryRead(text, "ip mail_gateway") is not null);
        Judge(
            FirewallReading.Of(_ => none, [new ToolOutput("iptables-save", text, null)], []), isWhole: false);
    }

    private static void Judge(FirewallReading firewall, bool isWhole)
    {
        Invariant.Holds(isWhole || firewall.Gaps.Count > 0, "unread text is reported");
        var checks = new NatChecks(firewall, evidence: null, 25, _ => false, TestWords.Instance);
        DestinationJudgement judgement = checks.JudgeDestination(proxy: null);
        (Finding destination, TransportEndPoint? proxy) = (judgement.Finding, judgement.Proxy);
        Finding source = checks.JudgeSource(judgement, _helper);
        Finding notrack = NotrackCheck.Judge(firewall, evidence: null, _helper, proxy);
        FindingInvariant.Holds([destination, source, notrack]);
        Invariant.Holds(destination.Severity != Severity.Passed || proxy is not null, "a passed DNAT has a proxy");
    }
}
