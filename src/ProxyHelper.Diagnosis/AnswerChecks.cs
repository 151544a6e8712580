using System.Net;
using ProxyHelper.Client;

namespace ProxyHelper.Diagnosis;

/// <summary>Whether a helper answers, and to this secret.</summary>
internal static class AnswerChecks
{
    /// <summary>Judges what the helper said.</summary>
    public static IEnumerable<SetupCheck> Judge(AnswerProbe probe, SetupRole role)
    {
        IPEndPoint helper = probe.Answer.Helper;
        string listens = $"ss -ulpn sport = :{helper.Port}";
        string start = role == SetupRole.Router ? $"Start it: Start-ProxyHelper {helper.Address} -Port {helper.Port}; '{listens}' shows who listens." : $"On the router: Get-ProxyHelper; {listens}";
        bool isWrongSecret = probe.AnswersWithoutSecret || probe.CountedWrongSecret == true;
        yield return probe.Answer.Outcome switch
        {
            HelperOutcome.Found or HelperOutcome.NotFound => SetupCheck.Passed(SetupNames.Answer, $"A helper answers on {helper}, within {probe.Answer.RoundTripTime?.TotalMilliseconds:0.0} ms."),
            HelperOutcome.Refused => SetupCheck.Failed(SetupNames.Answer, $"Nothing listens on {helper} (port unreachable).", start),
            HelperOutcome.Unreachable => SetupCheck.Failed(SetupNames.Answer, $"{helper} cannot be reached, or a rule forbids to send there.", $"ip route get {helper.Address}; nft list ruleset"),
            HelperOutcome.InvalidReply => SetupCheck.Failed(
                SetupNames.Answer, $"Something answers on {helper}, but not as a helper: {string.Join(", ", probe.Answer.IgnoredReplies)}.", $"See who listens: {listens}"),
            _ when isWrongSecret => SetupCheck.Passed(SetupNames.Answer, $"A helper is on {helper}, and refuses this secret."),
            _ => SetupCheck.Failed(
                SetupNames.Answer,
                $"{helper} is silent to a query from {probe.Answer.AskedFrom?.Address}: a firewall drops, the secret is wrong, or that address may not ask.",
                role == SetupRole.Router
                    ? $"Look for drops in 'nft list ruleset', give the secret with -SecretFile, and see who listens: {listens}"
                    : "On the router: 'Get-ProxyHelper | Format-List'. If Queries stands still, a firewall drops; else WrongSecret, NotAllowed or NotItsOwn grows."),
        };
        yield return Secret(probe, isWrongSecret);
    }

    /// <summary>What is said while nobody can be asked.</summary>
    public static IEnumerable<SetupCheck> Unasked()
    {
        yield return SetupCheck.Skipped(SetupNames.Answer, "It is not known whom to ask.", AddressCheck.SayAddress);
        yield return SetupCheck.Skipped(SetupNames.Secret, "Nobody was asked.", AddressCheck.SayAddress);
    }

    private static SetupCheck Secret(AnswerProbe probe, bool isWrong) => probe switch
    {
        { Answer.Outcome: HelperOutcome.Found or HelperOutcome.NotFound } => SetupCheck.Passed(SetupNames.Secret, "The helper answers to this secret (none, unless one was given)."),
        { AnswersWithoutSecret: true } => SetupCheck.Failed(SetupNames.Secret, "The helper has no secret: it answers a query without one, and not to this.", "Start the helper with -SecretFile, or remove remote_udp_secret from smtp-gated.conf."),
        _ when isWrong => SetupCheck.Failed(SetupNames.Secret, "The helper counted this secret as a wrong one.", "Give the helper's own: -SecretFile with the file that it was started with; and compare smtp-gated's remote_udp_secret."),
        _ => SetupCheck.Skipped(SetupNames.Secret, "It cannot be told while there is no answer: a wrong secret is met with silence, too.", "See the check of the UDP answer."),
    };
}
