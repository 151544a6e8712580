using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Client;
using ProxyHelper.Diagnosis;
using Xunit;

namespace ProxyHelper.Tests.Diagnosis;

/// <summary>Tests the findings about the answer of a helper.</summary>
public sealed class AnswerChecksTests
{
    [Theory]
    [InlineData(HelperOutcome.Found, false, null, "Passed Passed")]
    [InlineData(HelperOutcome.NotFound, false, null, "Passed Passed")]
    [InlineData(HelperOutcome.TimedOut, false, null, "Failed Skipped")]
    [InlineData(HelperOutcome.TimedOut, false, false, "Failed Skipped")]
    [InlineData(HelperOutcome.TimedOut, false, true, "Passed Failed")]
    [InlineData(HelperOutcome.TimedOut, true, null, "Passed Failed")]
    [InlineData(HelperOutcome.Refused, false, null, "Failed Skipped")]
    [InlineData(HelperOutcome.Unreachable, false, null, "Failed Skipped")]
    [InlineData(HelperOutcome.InvalidReply, false, null, "Failed Skipped")]
    public void Answer_and_secret_are_judged_on_router_and_proxy(
        HelperOutcome outcome, bool answersWithoutSecret, bool? countedWrongSecret, string expected)
    {
        var probe = new AnswerProbe(Answer(outcome), answersWithoutSecret, countedWrongSecret);
        foreach (SetupRole role in Enum.GetValues<SetupRole>())
        {
            Finding[] findings = [.. new AnswerChecks(role, TestWords.Instance).Judge(probe)];
            Assert.Equal(expected, string.Join(' ', findings.Select(finding => finding.Severity)));
            Assert.Equal([CheckNames.Answer, CheckNames.Secret], findings.Select(finding => finding.Check));
            Assert.All(findings, FindingAssert.HasAction);
        }
    }

    [Fact]
    public void A_program_that_is_no_helper_is_named()
    {
        HelperAnswer answer = Answer(HelperOutcome.InvalidReply) with
        {
            IgnoredReplies =
            [
                new IgnoredReply(IPEndPoint.Parse("10.9.8.7:53"), ProxyHelper.Protocol.ReplyFault.Length),
            ],
        };
        Finding finding = new AnswerChecks(SetupRole.Router, TestWords.Instance)
            .Judge(new AnswerProbe(answer, AnswersWithoutSecret: false, CountedWrongSecret: null)).First();
        Assert.Contains("10.9.8.7:53", finding.Reason, StringComparison.Ordinal);
    }

    private static HelperAnswer Answer(HelperOutcome outcome) => new()
    {
        Source = TransportEndPoint.Parse("194.0.1.1:1"),
        Destination = TransportEndPoint.Parse("194.0.22.9:9199"),
        Outcome = outcome,
        Helper = IPEndPoint.Parse("194.0.1.1:114"),
        RoundTripTime = outcome is HelperOutcome.Found or HelperOutcome.NotFound ? TimeSpan.FromMilliseconds(1) : null,
    };
}
