using System.Net;
using ProxyHelper.Client;

namespace ProxyHelper.Diagnosis;

/// <summary>Checks whether a helper answers, and whether it accepts the secret.</summary>
/// <param name="role">The role of this host.</param>
/// <param name="words">The words of the caller.</param>
internal sealed class AnswerChecks(SetupRole role, CallerWords words)
{
    /// <summary>Judges the answer of the helper to a query.</summary>
    public IEnumerable<Finding> Judge(AnswerProbe probe)
    {
        bool isWrongSecret = probe.AnswersWithoutSecret || probe.CountedWrongSecret == true;
        return [JudgeAnswer(probe, isWrongSecret), JudgeSecret(probe, isWrongSecret)];
    }

    /// <summary>Returns the findings if no address is known to send a query to.</summary>
    public IEnumerable<Finding> WithoutAddress() => NotSent(
        "The address of the helper is not known.",
        words.ForProxy(role)?.GiveHelperAddress ?? words.GiveHelperAddress);

    /// <summary>Returns the findings if the caller wants no query, because no helper runs yet.</summary>
    public IEnumerable<Finding> WithoutHelper(IPEndPoint helper) =>
        NotSent("No query was sent, because no helper runs yet.", $"Start the helper: {words.StartHelper(helper)}");

    /// <summary>Returns the findings on a router of a pair if the other router has the address.</summary>
    public static IEnumerable<Finding> OnBackup(IPAddress address) => NotSent(
        "No query was sent, because the helper of the other router would answer the query: " +
        $"{address} is not on this host now.",
        "Run the check on the other router, too.");

    private static IEnumerable<Finding> NotSent(string reason, string action) =>
    [
        Finding.Skipped(CheckNames.Answer, reason, action),
        Finding.Skipped(CheckNames.Secret, "No helper was asked.", action),
    ];

    private Finding JudgeAnswer(AnswerProbe probe, bool isWrongSecret)
    {
        IPEndPoint helper = probe.Answer.Helper;
        string listens = $"ss -ulpn sport = :{helper.Port}";
        return probe.Answer.Outcome switch
        {
            HelperOutcome.Found or HelperOutcome.NotFound => Finding.Passed(
                CheckNames.Answer,
                $"A helper answers on {helper} within {probe.Answer.RoundTripTime?.TotalMilliseconds:0.0} ms."),
            HelperOutcome.Refused => Finding.Failed(
                CheckNames.Answer,
                $"No program listens on {helper} (port unreachable).",
                words.ForProxy(role) is { } proxy
                    ? $"On the router, run: {proxy.ListHelpers}; {listens}"
                    : $"Run '{words.StartHelper(helper)}' to start a helper. '{listens}' shows which program listens."),
            HelperOutcome.Unreachable => Finding.Failed(
                CheckNames.Answer,
                $"{helper} cannot be reached, or a rule of this host rejects the query.",
                $"ip route get {helper.Address}; nft list ruleset"),
            HelperOutcome.InvalidReply => Finding.Failed(
                CheckNames.Answer,
                $"A program answers on {helper}, but not as a helper: " +
                $"{string.Join(", ", probe.Answer.IgnoredReplies)}.",
                $"To see which program listens, run on the router: {listens}"),
            _ when isWrongSecret => Finding.Passed(
                CheckNames.Answer, $"A helper listens on {helper} and refuses this secret."),
            _ => Silent(probe, helper, listens),
        };
    }

    private Finding Silent(AnswerProbe probe, IPEndPoint helper, string listens) => Finding.Failed(
        CheckNames.Answer,
        $"{helper} is silent to a query from {probe.Answer.AskedFrom?.Address}: a firewall drops the query, " +
        "the secret is wrong, or this address is not allowed to ask.",
        words.ForProxy(role) is { } proxy
            ? proxy.ReadCounters
            : $"Look for drops in 'nft list ruleset', give the secret with {words.SecretFileOption}, " +
              $"and see which program listens: {listens}");

    private Finding JudgeSecret(AnswerProbe probe, bool isWrong) => probe switch
    {
        { Answer.Outcome: HelperOutcome.Found or HelperOutcome.NotFound } => Finding.Passed(
            CheckNames.Secret, "The helper accepts the secret of the query (0 if no secret was given)."),
        { AnswersWithoutSecret: true } => Finding.Failed(
            CheckNames.Secret,
            "The helper has no secret: it answers a query without a secret, and is silent to this one.",
            $"Start the helper with {words.SecretFileOption}, or remove remote_udp_secret from smtp-gated.conf."),
        _ when isWrong => Finding.Failed(
            CheckNames.Secret,
            "The helper counted this secret as wrong.",
            $"Give the secret of the helper: {words.SecretFileOption} with the file that the helper uses. " +
            "Compare smtp-gated's remote_udp_secret, too."),
        _ => Finding.Skipped(
            CheckNames.Secret,
            "Without an answer, the secret cannot be checked: a helper is silent to a wrong secret, too.",
            $"See the finding of the check '{CheckNames.Answer}'."),
    };
}
