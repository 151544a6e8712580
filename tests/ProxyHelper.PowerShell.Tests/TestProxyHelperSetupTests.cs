using System.Management.Automation;
using ProxyHelper.Diagnosis;
using ProxyHelper.TestSupport;

namespace ProxyHelper.PowerShell.Tests;

public sealed class TestProxyHelperSetupTests
{
    private const string Start = "$null = Start-ProxyHelper 194.0.1.1";
    private const string Look = "Test-ProxyHelperSetup -SmtpGatedConfiguration $gated -TimeoutSeconds 0.2";

    [Fact]
    public void On_a_right_router_everything_passes_and_nothing_need_be_said() => RightRouter.Run(session =>
    {
        session.Run(Start);
        Finding[] findings = Findings(session, "Test-ProxyHelperSetup -SmtpGatedConfiguration $gated -TimeoutSeconds 30");
        Assert.All(findings, finding => Assert.True(finding is { Severity: Severity.Passed, Action.Length: 0 }, finding.ToString()));
        Assert.Equal(
            [
                "Host", "Kernel conntrack", "Permission", "Conntrack table", "Conntrack drops", "Helper address", "DNAT rule", "SNAT rule", "UDP answer", "Secret",
                "Notrack rules", "smtp-gated mode", "smtp-gated remote_port", "smtp-gated secret", "smtp-gated max_per_host",
            ],
            findings.Select(finding => finding.Check));
        Assert.Contains("194.0.22.9:9199", One(findings, "DNAT rule").Reason, StringComparison.Ordinal);
        Assert.Contains("194.0.1.1", One(findings, "SNAT rule").Reason, StringComparison.Ordinal);
    });

    [Fact]
    public void It_changes_nothing() => RightRouter.Run(session =>
    {
        string before = Tool.Run("nft", "list", "ruleset");
        session.Run($"{Look} 194.0.1.1");
        Assert.Equal(before, Tool.Run("nft", "list", "ruleset"));
        Assert.Empty(session.Run("Get-NatMapping -IncludeUntranslated"));
    });

    [Fact]
    public void Without_an_address_it_says_how_to_give_one_and_does_the_rest() => RightRouter.Run(session =>
    {
        Finding[] findings = Findings(session, $"{Look} -Role Router");
        Expect(findings, "Helper address", Severity.Skipped, "-HelperAddress");
        Expect(findings, "UDP answer", Severity.Skipped, "-HelperAddress");
        Assert.Equal(Severity.Passed, One(findings, "SNAT rule").Severity);
        Assert.Equal(Severity.Passed, One(findings, "Notrack rules").Severity);
    });

    [Fact]
    public void Missing_NAT_rules_are_told_with_rules_to_load() => RightRouter.Run(session =>
    {
        Tool.Run("nft", "delete table ip mail_gateway");
        session.Run(Start);
        Finding[] findings = Findings(session, $"{Look} -Proxy 194.0.22.9:9199");
        Expect(findings, "DNAT rule", Severity.Failed, "tcp dport 25 dnat to 194.0.22.9:9199");
        Expect(findings, "SNAT rule", Severity.Failed, "ip daddr 194.0.22.9 tcp dport 9199 snat to 194.0.1.1");
    });

    [Fact]
    public void Another_port_than_25_has_rules_of_its_own() => RightRouter.Run(session =>
        Expect(Findings(session, $"{Look} 194.0.1.1 -SmtpPort 587"), "DNAT rule", Severity.Failed, "tcp dport 587"));

    [Fact]
    public void Missing_notrack_rules_are_told_and_so_is_what_the_table_has_of_queries() => RightRouter.Run(session =>
    {
        Tool.Run("nft", "delete table inet proxy_helper");
        session.Run(Start);
        Finding finding = Expect(Findings(session, Look), "Notrack rules", Severity.Warning, "docs/security.md");
        Assert.Contains("The table has 1 entries about UDP port 114", finding.Reason, StringComparison.Ordinal);
    });

    [Fact]
    public void An_address_that_is_not_the_hosts_fails() => RightRouter.Run(session =>
        Expect(Findings(session, $"{Look} 192.0.2.1 -Role Router"), "Helper address", Severity.Failed, "192.0.2.1"));

    [Fact]
    public void Where_no_helper_runs_it_says_how_to_start_one() => RightRouter.Run(session =>
    {
        Finding[] findings = Findings(session, $"{Look} 194.0.1.1");
        Expect(findings, "UDP answer", Severity.Failed, "Start-ProxyHelper 194.0.1.1");
        Expect(findings, "Secret", Severity.Skipped, "UDP answer");
    });

    [Fact]
    public void A_wrong_secret_is_told_by_the_helper_of_this_session() => RightRouter.Run(session =>
    {
        session.Run($"{Start} -Secret 4711");
        Finding[] findings = Findings(session, $"{Look} -Secret 4712");
        Expect(findings, "Secret", Severity.Failed, "-SecretFile");
        Assert.Equal(Severity.Passed, One(findings, "UDP answer").Severity);
        Assert.Equal(Severity.Passed, One(Findings(session, $"{Look} -Secret 4711"), "Secret").Severity);
        Assert.DoesNotContain(findings, finding => finding.ToString().Contains("471", StringComparison.Ordinal));
    });

    [Fact]
    public void A_wrong_secret_of_another_sessions_helper_may_be_why_it_is_silent() => RightRouter.Run(session =>
    {
        session.Run($"{Start} -Secret 4711");
        using var other = new EngineSession();
        other.Run("$global:gated = $args[0]", "/nowhere/smtp-gated.conf");
        Finding[] findings = Findings(other, $"{Look} 194.0.1.1 -Secret 4712");
        Finding silent = Expect(findings, "UDP answer", Severity.Failed, "-SecretFile");
        Assert.Contains("the secret is wrong", silent.Reason, StringComparison.Ordinal);
        Expect(findings, "Secret", Severity.Skipped, "UDP answer");
        Expect(findings, "smtp-gated max_per_host", Severity.Skipped, "-Role Proxy");
    });

    [Fact]
    public void A_secret_that_the_helper_does_not_have_is_told() => RightRouter.Run(session =>
    {
        session.Run(Start);
        Finding finding = Expect(Findings(session, $"{Look} -Secret 4712"), "Secret", Severity.Failed, "remote_udp_secret");
        Assert.Contains("has no secret", finding.Reason, StringComparison.Ordinal);
    });

    [Fact]
    public void Without_the_capability_the_checks_that_need_it_say_so_and_the_others_go_on() => RightRouter.Run(session =>
    {
        session.Run(Start);
        Capability.DropNetAdmin();
        Finding[] findings = Findings(session, Look);
        Expect(findings, "Permission", Severity.Failed, "CAP_NET_ADMIN");
        Expect(findings, "Conntrack table", Severity.Skipped, "root");
        Assert.Equal(Severity.Passed, One(findings, "UDP answer").Severity);
        Assert.Equal(Severity.Passed, One(findings, "Helper address").Severity);
    });

    [Fact]
    public void On_the_proxy_its_configuration_says_whom_to_ask() => RightRouter.Run(session =>
    {
        session.Run($"{Start} -Port 1114 -Secret 4711");
        File.WriteAllText(Assert.Single(session.Run("$gated")).ToString(), "mode remote-udp\nremote_port 1114\nremote_udp_secret 4711\n");
        Finding[] findings = Findings(session, $"{Look} 194.0.1.1 -Role Proxy");
        Assert.Equal(["Host", "UDP answer", "Secret", "smtp-gated mode", "smtp-gated remote_port", "smtp-gated secret", "smtp-gated max_per_host"], findings.Select(finding => finding.Check));
        Assert.All(findings[..^1], finding => Assert.True(finding.Severity == Severity.Passed, finding.ToString()));
        Expect(findings, "smtp-gated max_per_host", Severity.Warning, "max_per_host 1000");
    });

    [Fact]
    public void An_address_that_is_no_IPv4_is_an_error() => RightRouter.Run(session =>
        ErrorShape.Check(session.Failure($"{Look} ::1"), "EndPointNotIPv4", "TestProxyHelperSetup", ErrorCategory.InvalidArgument, "IPv4"));

    [Fact]
    public void The_table_shows_reason_and_action_whole() => RightRouter.Run(session =>
    {
        string screen = session.Show($"{Look} 194.0.1.1");
        string[] lines = screen.Split('\n');
        Assert.DoesNotContain(lines, line => line.TrimEnd().Length > 120 || line.Contains('…'));
        Assert.Contains("UDP answer              Failed   Nothing listens on 194.0.1.1:114", screen, StringComparison.Ordinal);
        Assert.Contains("=> Start it: Start-ProxyHelper 194.0.1.1 -Port 114", screen, StringComparison.Ordinal);
    });

    private static Finding[] Findings(EngineSession session, string script)
    {
        Finding[] findings = [.. session.Run(script).Select(finding => Assert.IsType<Finding>(finding.BaseObject))];
        Assert.Empty(session.Errors);
        Assert.All(findings, finding => Assert.NotEmpty(finding.Reason));
        return findings;
    }

    private static Finding One(Finding[] findings, string name) => Assert.Single(findings, finding => finding.Check == name);

    private static Finding Expect(Finding[] findings, string name, Severity severity, string action)
    {
        Finding finding = One(findings, name);
        Assert.True(finding.Severity == severity, finding.ToString());
        Assert.Contains(action, finding.Action, StringComparison.Ordinal);
        return finding;
    }
}
