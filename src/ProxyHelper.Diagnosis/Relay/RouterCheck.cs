using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Client;

namespace ProxyHelper.Diagnosis.Relay;

/// <summary>Checks whether a router can be reached, and whether its helper answers this host.</summary>
/// <param name="setup">The set-up of the relay.</param>
/// <param name="words">The words of the caller.</param>
internal sealed class RouterCheck(RelaySetup setup, RelayWords words)
{
    private const ushort UnusedPort = 1; // tcpmux: no relay listens on this port

    /// <summary>Judges a router of the list.</summary>
    public IEnumerable<Finding> Judge(EndPointPattern router, CancellationToken cancellationToken)
    {
        if (!router.IsOneAddress || router.Network?.IPAddress is not { } address)
        {
            return
            [
                Finding.Skipped(
                    CheckNames.Router,
                    $"{router} is a prefix, so none of its routers was asked.",
                    words.GiveRouter),
            ];
        }

        var helper = new IPEndPoint(address, setup.HelperPort);
        if (setup.FindOwnAddress(address) is not { } asking)
        {
            return
            [
                Finding.Failed(
                    CheckNames.Router,
                    $"No route leads to {address}. The relay cannot ask its helper.",
                    $"Run 'ip route get {address}' to see the reason."),
            ];
        }

        AnswerProbe probe = AnswerProbe.Ask(
            helper, new TransportEndPoint(asking, UnusedPort), setup.Secret ?? 0,
            new InspectionOptions { Timeout = setup.Timeout }, cancellationToken);
        var check = new HelperAnswerCheck(words, setup.Secret is not null);
        return [JudgeRoute(probe, asking), .. check.Judge(probe, asking)];
    }

    private static Finding JudgeRoute(AnswerProbe probe, IPAddress asking) => probe.Answer.Outcome switch
    {
        HelperOutcome.Unreachable => Finding.Failed(
            CheckNames.Router,
            $"{probe.Answer.Helper.Address} cannot be reached from {asking}, or a rule of this host rejects the query.",
            $"ip route get {probe.Answer.Helper.Address} from {asking}; nft list ruleset"),
        HelperOutcome.TimedOut or HelperOutcome.InvalidReply => Finding.Passed(
            CheckNames.Router,
            $"A route leads from {asking} to {probe.Answer.Helper.Address}. The router sent no valid reply."),
        _ => Finding.Passed(CheckNames.Router, $"{probe.Answer.Helper.Address} can be reached from {asking}."),
    };
}
