using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Diagnosis;
using ProxyHelper.Telemetry;
using ProxyHelper.TestSupport;
using ProxyHelper.Tests.Server;
using Xunit;

namespace ProxyHelper.Tests.Diagnosis;

/// <summary>All findings, one after the other, on the real kernel: on a router without rules, and where there is nothing.</summary>
public sealed class InspectionTests
{
    private static readonly InspectionOptions _options = new()
    {
        HelperAddresses = [IPAddress.Parse("194.0.1.1")],
        SmtpGatedConfiguration = "/nonexistent/smtp-gated.conf",
        Timeout = TimeSpan.FromMinutes(1),
    };

    [Fact]
    public void A_router_without_rules_answers_and_shows_the_connections_that_other_rules_have_led() => Router.WithResponder(Router.Options("194.0.1.1"), (_, _) =>
    {
        Finding[] findings = Run(_options with { Role = SetupRole.Router });
        Assert.Equal(
            [
                "Host: Passed", "Kernel conntrack: Passed", "Permission: Passed", "Conntrack table: Passed", "Conntrack drops: Passed",
                "Helper address: Passed", "DNAT rule: Warning", "SNAT rule: Skipped", "UDP answer: Passed", "Secret: Passed",
                "Notrack rules: Warning", "smtp-gated max_per_host: Skipped",
            ],
            findings.Select(finding => $"{finding.Check}: {finding.Severity}"));
    });

    [Fact]
    public void The_proxy_is_not_asked_about_kernel_and_rules() => Router.WithResponder(Router.Options("194.0.1.1"), (_, _) => Assert.Equal(
        ["Host: Passed", "UDP answer: Passed", "Secret: Passed", "smtp-gated max_per_host: Skipped"],
        Run(_options with { Role = SetupRole.Proxy }).Select(finding => $"{finding.Check}: {finding.Severity}")));

    [Fact]
    public void Who_has_the_helpers_address_is_the_router_and_who_has_the_proxys_alone_the_proxy() => Router.With(() =>
    {
        InspectionOptions elsewhere = _options with { HelperAddresses = [IPAddress.Parse("203.0.113.5")], Timeout = TimeSpan.FromMilliseconds(10) };
        Assert.Contains("looks like the router", Run(_options)[0].Reason, StringComparison.Ordinal);
        Assert.Contains("looks like the proxy", Run(elsewhere with { Proxy = TransportEndPoint.Parse("194.0.22.9:9199") })[0].Reason, StringComparison.Ordinal);
    });

    [Fact]
    public void A_secret_that_the_helper_does_not_have_is_told_from_silence() => Router.WithResponder(Router.Options("194.0.1.1"), (_, _) =>
    {
        Finding[] findings = Run(_options with { Role = SetupRole.Proxy, Secret = 4711, Timeout = TimeSpan.FromMilliseconds(200) });
        Finding secret = findings.Single(finding => finding.Check == CheckNames.Secret);
        Assert.Equal(Severity.Failed, secret.Severity);
        Assert.StartsWith("The helper has no secret", secret.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(findings, finding => finding.ToString().Contains("4711", StringComparison.Ordinal));
    });

    [Fact]
    public void A_wrong_secret_is_told_where_the_helpers_count_of_them_is_at_hand()
    {
        Router.WithResponder(Router.Options("194.0.1.1"), Router.Rules with { Secret = 7 }, (responder, _) =>
        {
            InspectionOptions wrong = _options with { Secret = 8, Timeout = TimeSpan.FromMilliseconds(200), WrongSecrets = () => responder.Counts[Outcome.WrongSecret] };
            Assert.Equal(Severity.Failed, Run(wrong).Single(finding => finding.Check == CheckNames.Secret).Severity);
            Assert.Equal(Severity.Passed, Run(wrong with { Secret = 7, Timeout = _options.Timeout }).Single(finding => finding.Check == CheckNames.Secret).Severity);
        });
    }

    [Fact]
    public void Where_nothing_is_known_nobody_is_asked_and_each_check_says_what_to_do() => NetworkNamespace.Run(() =>
    {
        Finding[] findings = Run(_options with { HelperAddresses = [], Role = SetupRole.Router });
        Assert.Equal(
            [CheckNames.Address, CheckNames.SourceNat, CheckNames.Answer, CheckNames.Secret, CheckNames.PerHost],
            findings.Where(finding => finding.Severity == Severity.Skipped).Select(finding => finding.Check));
        Assert.All(findings, finding => Assert.Equal(finding.Severity == Severity.Passed, finding.Action.Length == 0));
    });

    [Fact]
    public void A_configuration_that_cannot_be_read_is_said_and_the_other_checks_go_on() => NetworkNamespace.Run(() =>
    {
        string tooLong = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(tooLong, new byte[(1024 * 1024) + 1]);
            Finding[] findings = Run(_options with { Role = SetupRole.Proxy, HelperAddresses = [IPAddress.Loopback], SmtpGatedConfiguration = tooLong });
            Assert.Equal(Severity.Failed, findings.Single(finding => finding.Check == CheckNames.Answer).Severity);
            Assert.StartsWith("smtp-gated's configuration cannot be read", findings[^1].Reason, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(tooLong);
        }
    });

    [Fact]
    public void It_ends_early_when_it_is_told_to()
    {
        using var ended = new CancellationTokenSource();
        ended.Cancel();
        NetworkNamespace.Run(() => Assert.ThrowsAny<OperationCanceledException>(() => Inspection.Run(_options, TestWords.Instance, ended.Token).ToArray()), "194.0.1.1");
    }

    private static Finding[] Run(InspectionOptions options) => [.. Inspection.Run(options, TestWords.Instance, CancellationToken.None)];
}
