using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Diagnosis;
using ProxyHelper.Telemetry;
using ProxyHelper.TestSupport;
using ProxyHelper.Tests.Server;
using Xunit;

namespace ProxyHelper.Tests.Diagnosis;

/// <summary>
/// Tests a whole inspection on the real kernel: on a router without rules, and on a host without anything.
/// </summary>
public sealed class InspectionTests
{
    private static readonly InspectionOptions _options = new()
    {
        HelperAddresses = [IPAddress.Parse("194.0.1.1")],
        SmtpGatedConfiguration = "/nonexistent/smtp-gated.conf",
        Timeout = TimeSpan.FromMinutes(1),
    };

    [Fact]
    public void A_router_without_rules_answers_and_has_translated_connections() => WithHelper(() =>
    {
        Finding[] findings = Run(_options with { Role = SetupRole.Router });
        Assert.Equal(
            [
                "Host: Passed", "Kernel conntrack: Passed", "Permission: Passed", "Conntrack table: Passed",
                "Conntrack drops: Passed", "Helper address: Passed", "DNAT rule: Warning", "SNAT rule: Skipped",
                "UDP answer: Passed", "Secret: Passed", "Notrack rules: Warning", "Flow table: Passed",
                "smtp-gated max_per_host: Skipped",
            ],
            findings.Select(finding => $"{finding.Check}: {finding.Severity}"));
    });

    [Fact]
    public void The_proxy_is_not_checked_for_kernel_and_rules() => WithHelper(() => Assert.Equal(
        ["Host: Passed", "UDP answer: Passed", "Secret: Passed", "smtp-gated max_per_host: Skipped"],
        Run(_options with { Role = SetupRole.Proxy }).Select(finding => $"{finding.Check}: {finding.Severity}")));

    [Fact]
    public void The_host_with_the_address_of_the_helper_is_the_router() => Router.With(() =>
    {
        InspectionOptions elsewhere = _options with
        {
            HelperAddresses = [IPAddress.Parse("203.0.113.5")],
            Timeout = TimeSpan.FromMilliseconds(10),
            Proxy = TransportEndPoint.Parse("194.0.22.9:9199"),
        };
        Assert.Contains("looks like the router", Run(_options)[0].Reason, StringComparison.Ordinal);
        Assert.Contains("looks like the proxy", Run(elsewhere)[0].Reason, StringComparison.Ordinal);
    });

    [Fact]
    public void A_host_that_shows_no_role_is_asked_for_and_gets_only_the_checks_for_both() => NetworkNamespace.Run(() =>
    {
        Finding[] findings = Run(_options with { Timeout = TimeSpan.FromMilliseconds(10) });
        Assert.Equal(
            [
                "Host: Warning", "UDP answer: Failed", "Secret: Skipped", "smtp-gated max_per_host: Skipped",
            ],
            findings.Select(finding => $"{finding.Check}: {finding.Severity}"));
        Assert.Equal("<give role Router> <give role Proxy>", findings[0].Action);
    });

    [Fact]
    public void A_host_with_a_DNAT_rule_for_mail_is_the_router() => NetworkNamespace.Run(() =>
    {
        Tool.Run("nft", RouterFixture.NatRules);
        Assert.Contains("looks like the router", Run(_options)[0].Reason, StringComparison.Ordinal);
    });

    [Theory]
    [InlineData("iifname users tcp dport { 443, 80 }", Severity.Passed, "translates TCP port 80 to 194.0.22.9:9199")]
    [InlineData("tcp dport 443", Severity.Warning, "also for connections of the proxy")]
    [InlineData("iifname users tcp dport { 80, 25 }", Severity.Passed, "translates TCP port 25 to 194.0.22.9:9199")]
    public void The_rules_of_the_router_of_a_relay_are_found_and_need_a_condition_on_the_interface(
        string conditions, Severity expected, string reason) => NetworkNamespace.Run(() =>
        {
            Tool.Run(
                "nft",
                "table ip n { chain p { type nat hook prerouting priority -100; "
                    + $"{conditions} dnat to 194.0.22.9:9199; }}; }}");
            Finding rule = Run(_options with { Role = SetupRole.Router, Timeout = TimeSpan.FromMilliseconds(10) })
                .Single(finding => finding.Check == CheckNames.DestinationNat);
            FindingAssert.HasSeverity(expected, rule);
            Assert.Contains(reason, rule.Reason, StringComparison.Ordinal);
        });

    [Fact]
    public void The_list_of_allowed_proxies_is_compared_with_the_rules_on_the_router() => WithHelper(() =>
    {
        Tool.Run("nft", RouterFixture.NatRules);
        Finding[] findings = Run(_options with { AllowedProxies = [EndPointPattern.Parse("194.0.22.0/24")] });
        Assert.Equal(Severity.Passed, findings.Single(finding => finding.Check == CheckNames.Allowed).Severity);
    });

    [Fact]
    public void A_helper_without_a_secret_is_told_from_a_silent_one() => WithHelper(() =>
    {
        InspectionOptions wrong = _options with { Secret = 4711, Timeout = TimeSpan.FromMilliseconds(200) };
        Finding[] findings = Run(wrong with { Role = SetupRole.Proxy });
        Finding secret = findings.Single(finding => finding.Check == CheckNames.Secret);
        Assert.Equal(Severity.Failed, secret.Severity);
        Assert.StartsWith("The helper has no secret", secret.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(findings, finding => finding.ToString().Contains("4711", StringComparison.Ordinal));
    });

    [Fact]
    public void A_wrong_secret_shows_in_the_counters_of_the_helper()
    {
        Router.WithResponder(Router.Options("194.0.1.1"), Router.Rules with { Secret = 7 }, (responder, _) =>
        {
            InspectionOptions wrong = _options with
            {
                Secret = 8,
                Timeout = TimeSpan.FromMilliseconds(200),
                WrongSecrets = () => responder.Counts[Outcome.WrongSecret],
            };
            Assert.Equal(Severity.Failed, Run(wrong).Single(finding => finding.Check == CheckNames.Secret).Severity);
            Finding[] right = Run(wrong with { Secret = 7, Timeout = _options.Timeout });
            Assert.Equal(Severity.Passed, right.Single(finding => finding.Check == CheckNames.Secret).Severity);
        });
    }

    [Fact]
    public void Without_an_address_no_query_is_sent_and_each_finding_says_what_to_do() => NetworkNamespace.Run(() =>
    {
        Finding[] findings = Run(_options with { HelperAddresses = [], Role = SetupRole.Router });
        Assert.Equal(
            [CheckNames.Address, CheckNames.SourceNat, CheckNames.Answer, CheckNames.Secret, CheckNames.PerHost],
            findings.Where(finding => finding.Severity == Severity.Skipped).Select(finding => finding.Check));
        Assert.All(findings, FindingAssert.HasAction);
    });

    [Theory]
    [InlineData("/nonexistent/smtp-gated.conf")]
    [InlineData("/etc")]
    [InlineData("Env:PATH")]
    public void A_given_path_that_is_no_file_fails_and_is_named(string path) => NetworkNamespace.Run(() =>
    {
        InspectionOptions given = _options with
        {
            Role = SetupRole.Proxy,
            HelperAddresses = [],
            SmtpGatedConfiguration = path,
            RequiresSmtpGatedConfiguration = true,
        };
        Finding[] findings = Run(given);
        Assert.Equal((CheckNames.GatedFile, Severity.Failed), (findings[^1].Check, findings[^1].Severity));
        Assert.StartsWith($"{path} is not a file", findings[^1].Reason, StringComparison.Ordinal);
        Assert.All(findings, FindingAssert.HasAction);
        Assert.Equal("<give address on the proxy>", findings[1].Action);
    });

    [Fact]
    public void A_host_whose_rules_cannot_be_read_may_have_a_DNAT_rule() => NetworkNamespace.Run(() =>
    {
        Tool.Run("nft", "table ip n { flags dormant; }");
        Finding host = Run(_options with { Timeout = TimeSpan.FromMilliseconds(10) })[0];
        Assert.Equal((CheckNames.Host, Severity.Warning), (host.Check, host.Severity));
        Assert.Contains(
            "does not know whether it has a DNAT rule for TCP port 25: ", host.Reason, StringComparison.Ordinal);
    });

    [Fact]
    public void An_unreadable_configuration_is_reported_and_the_other_checks_go_on() => NetworkNamespace.Run(() =>
    {
        string tooLong = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(tooLong, new byte[(1024 * 1024) + 1]);
            Finding[] findings = Run(_options with
            {
                Role = SetupRole.Proxy,
                HelperAddresses = [IPAddress.Loopback],
                SmtpGatedConfiguration = tooLong,
            });
            Assert.Equal(Severity.Failed, findings.Single(finding => finding.Check == CheckNames.Answer).Severity);
            string reason = findings[^1].Reason;
            Assert.StartsWith("smtp-gated's configuration cannot be read", reason, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(tooLong);
        }
    });

    [Fact]
    public void A_cancelled_inspection_stops()
    {
        using var ended = new CancellationTokenSource();
        ended.Cancel();
        NetworkNamespace.Run(
            () => Assert.ThrowsAny<OperationCanceledException>(
                () => Inspection.Run(_options, TestWords.Instance, ended.Token).ToArray()),
            "194.0.1.1");
    }

    private static void WithHelper(Action body) =>
        Router.WithResponder(Router.Options("194.0.1.1"), (_, _) => body());

    private static Finding[] Run(InspectionOptions options) =>
        [.. Inspection.Run(options, TestWords.Instance, CancellationToken.None)];
}
