using System.Net;
using ProxyHelper.Client;

namespace ProxyHelper.Diagnosis;

/// <summary>Whether a helper answers, and to this secret.</summary>
internal static class AnswerChecks
{
    /// <summary>Judges what the helper said.</summary>
    public static IEnumerable<Finding> Judge(AnswerProbe probe, SetupRole role)
    {
        IPEndPoint helper = probe.Answer.Helper;
        string listens = $"ss -ulpn sport = :{helper.Port}";
        string start = role == SetupRole.Router ? $"Start it: Start-ProxyHelper {helper.Address} -Port {helper.Port}; '{listens}' shows who listens." : $"On the router: Get-ProxyHelper; {listens}";
        bool isWrongSecret = probe.AnswersWithoutSecret || probe.CountedWrongSecret == true;
        yield return probe.Answer.Outcome switch
        {
            HelperOutcome.Found or HelperOutcome.NotFound => Finding.Passed(CheckNames.Answer, $"A helper answers on {helper}, within {probe.Answer.RoundTripTime?.TotalMilliseconds:0.0} ms."),
            HelperOutcome.Refused => Finding.Failed(CheckNames.Answer, $"Nothing listens on {helper} (port unreachable).", start),
            HelperOutcome.Unreachable => Finding.Failed(CheckNames.Answer, $"{helper} cannot be reached, or a rule forbids to send there.", $"ip route get {helper.Address}; nft list ruleset"),
            HelperOutcome.InvalidReply => Finding.Failed(
                CheckNames.Answer, $"Something answers on {helper}, but not as a helper: {string.Join(", ", probe.Answer.IgnoredReplies)}.", $"See who listens: {listens}"),
            _ when isWrongSecret => Finding.Passed(CheckNames.Answer, $"A helper is on {helper}, and refuses this secret."),
            _ => Finding.Failed(
                CheckNames.Answer,
                $"{helper} is silent to a query from {probe.Answer.AskedFrom?.Address}: a firewall drops, the secret is wrong, or that address may not ask.",
                role == SetupRole.Router
                    ? $"Look for drops in 'nft list ruleset', give the secret with -SecretFile, and see who listens: {listens}"
                    : "On the router: 'Get-ProxyHelper | Format-List'. If Queries stands still, a firewall drops; else WrongSecret, NotAllowed or NotItsOwn grows."),
        };
        yield return Secret(probe, isWrongSecret);
    }

    /// <summary>What is said while nobody can be asked.</summary>
    public static IEnumerable<Finding> Unasked()
    {
        yield return Finding.Skipped(CheckNames.Answer, "It is not known whom to ask.", AddressCheck.SayAddress);
        yield return Finding.Skipped(CheckNames.Secret, "Nobody was asked.", AddressCheck.SayAddress);
    }

    private static Finding Secret(AnswerProbe probe, bool isWrong) => probe switch
    {
        { Answer.Outcome: HelperOutcome.Found or HelperOutcome.NotFound } => Finding.Passed(CheckNames.Secret, "The helper answers to this secret (none, unless one was given)."),
        { AnswersWithoutSecret: true } => Finding.Failed(CheckNames.Secret, "The helper has no secret: it answers a query without one, and not to this.", "Start the helper with -SecretFile, or remove remote_udp_secret from smtp-gated.conf."),
        _ when isWrong => Finding.Failed(CheckNames.Secret, "The helper counted this secret as a wrong one.", "Give the helper's own: -SecretFile with the file that it was started with; and compare smtp-gated's remote_udp_secret."),
        _ => Finding.Skipped(CheckNames.Secret, "It cannot be told while there is no answer: a wrong secret is met with silence, too.", "See the check of the UDP answer."),
    };
}
