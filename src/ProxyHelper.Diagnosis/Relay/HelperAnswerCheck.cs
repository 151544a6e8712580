using System.Net;
using ProxyHelper.Client;

namespace ProxyHelper.Diagnosis.Relay;

/// <summary>Judges the answer of a router's helper to a query of the relay's host.</summary>
/// <param name="words">The words of the caller.</param>
/// <param name="isSecretKnown">Whether the query had the secret of the relay.</param>
internal sealed class HelperAnswerCheck(RelayWords words, bool isSecretKnown)
{
    /// <summary>Judges the answer.</summary>
    /// <param name="probe">The answer.</param>
    /// <param name="asking">The address that the relay asks from.</param>
    public IEnumerable<Finding> Judge(AnswerProbe probe, IPAddress asking) =>
        [JudgeAnswer(probe, asking), JudgeSecret(probe)];

    private Finding JudgeAnswer(AnswerProbe probe, IPAddress asking)
    {
        HelperAnswer answer = probe.Answer;
        IPEndPoint helper = answer.Helper;
        return answer.Outcome switch
        {
            HelperOutcome.Found or HelperOutcome.NotFound => Finding.Passed(
                CheckNames.Answer,
                $"A helper answers on {helper} within {answer.RoundTripTime?.TotalMilliseconds:0.0} ms."),
            HelperOutcome.Refused => Finding.Failed(
                CheckNames.Answer,
                $"No program listens on {helper} (port unreachable). The relay resets every connection of this router.",
                $"On the router, run: {words.ListHelpers}; ss -ulpn sport = :{helper.Port}"),
            HelperOutcome.Unreachable => Finding.Skipped(
                CheckNames.Answer,
                $"{helper} was not asked, because the router cannot be reached.",
                $"See the finding of the check '{CheckNames.Router}'."),
            HelperOutcome.InvalidReply => Finding.Failed(
                CheckNames.Answer,
                $"A program answers on {helper}, but not as a helper: {string.Join(", ", answer.IgnoredReplies)}.",
                $"To see which program listens, run on the router: ss -ulpn sport = :{helper.Port}"),
            _ => JudgeSilence(probe, asking),
        };
    }

    private Finding JudgeSilence(AnswerProbe probe, IPAddress asking)
    {
        HelperAnswer answer = probe.Answer;
        IPEndPoint helper = answer.Helper;
        return probe switch
        {
            { AnswersWithoutSecret: true } => Finding.Passed(
                CheckNames.Answer, $"A helper listens on {helper} and refuses this secret."),
            _ when answer.AskedFrom is { } source && !source.Address.Equals(asking) => Finding.Skipped(
                CheckNames.Answer,
                $"This host does not have {asking} now. A helper is silent to a query about {asking} that comes from " +
                $"{source.Address}.",
                $"Run the check again while this host has {asking}. To see the addresses, run 'ip -4 address'."),
            _ when !isSecretKnown => Finding.Skipped(
                CheckNames.Answer,
                $"{helper} is silent to a query without a secret. The secret of the relay could not be read.",
                $"Give a file that this user can read: {words.SecretFileOption} FILE"),
            _ => Finding.Failed(
                CheckNames.Answer,
                $"{helper} is silent to a query from {answer.AskedFrom?.Address}: a firewall drops the query, the " +
                "secret is wrong, or this address is not allowed to ask. The relay resets every connection of this " +
                "router.",
                words.ReadCounters),
        };
    }

    private Finding JudgeSecret(AnswerProbe probe) => probe switch
    {
        _ when !isSecretKnown => Finding.Skipped(
            CheckNames.Secret,
            "The secret of the relay could not be read, so the helper was asked without a secret.",
            $"Give a file that this user can read: {words.SecretFileOption} FILE"),
        { Answer.Outcome: HelperOutcome.Found or HelperOutcome.NotFound } => Finding.Passed(
            CheckNames.Secret, "The helper accepts the secret of the relay (0 if no secret was given)."),
        { AnswersWithoutSecret: true } => Finding.Failed(
            CheckNames.Secret,
            "The helper has no secret: it answers a query without a secret, and is silent to this one.",
            $"Give the helper the same secret, or leave {words.SecretFileOption} out."),
        _ => Finding.Skipped(
            CheckNames.Secret,
            "Without an answer, the secret cannot be checked: a helper is silent to a wrong secret, too.",
            $"See the finding of the check '{CheckNames.Answer}'."),
    };
}
