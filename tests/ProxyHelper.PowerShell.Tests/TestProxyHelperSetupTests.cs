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
        SetupCheck[] checks = Checks(session, "Test-ProxyHelperSetup -SmtpGatedConfiguration $gated -TimeoutSeconds 30");
        Assert.All(checks, check => Assert.True(check is { Result: SetupResult.Passed, Action.Length: 0 }, check.ToString()));
        Assert.Equal(
            [
                "Host", "Kernel conntrack", "Permission", "Conntrack table", "Conntrack drops", "Helper address", "DNAT rule", "SNAT rule", "UDP answer", "Secret",
                "Notrack rules", "smtp-gated mode", "smtp-gated remote_port", "smtp-gated secret", "smtp-gated max_per_host",
            ],
            checks.Select(check => check.Name));
        Assert.Contains("194.0.22.9:9199", One(checks, "DNAT rule").Reason, StringComparison.Ordinal);
        Assert.Contains("194.0.1.1", One(checks, "SNAT rule").Reason, StringComparison.Ordinal);
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
        SetupCheck[] checks = Checks(session, $"{Look} -Role Router");
        Expect(checks, "Helper address", SetupResult.Skipped, "-HelperAddress");
        Expect(checks, "UDP answer", SetupResult.Skipped, "-HelperAddress");
        Assert.Equal(SetupResult.Passed, One(checks, "SNAT rule").Result);
        Assert.Equal(SetupResult.Passed, One(checks, "Notrack rules").Result);
    });

    [Fact]
    public void Missing_NAT_rules_are_told_with_rules_to_load() => RightRouter.Run(session =>
    {
        Tool.Run("nft", "delete table ip mail_gateway");
        session.Run(Start);
        SetupCheck[] checks = Checks(session, $"{Look} -Proxy 194.0.22.9:9199");
        Expect(checks, "DNAT rule", SetupResult.Failed, "tcp dport 25 dnat to 194.0.22.9:9199");
        Expect(checks, "SNAT rule", SetupResult.Failed, "ip daddr 194.0.22.9 tcp dport 9199 snat to 194.0.1.1");
    });

    [Fact]
    public void Another_port_than_25_has_rules_of_its_own() => RightRouter.Run(session =>
        Expect(Checks(session, $"{Look} 194.0.1.1 -SmtpPort 587"), "DNAT rule", SetupResult.Failed, "tcp dport 587"));

    [Fact]
    public void Missing_notrack_rules_are_told_and_so_is_what_the_table_has_of_queries() => RightRouter.Run(session =>
    {
        Tool.Run("nft", "delete table inet proxy_helper");
        session.Run(Start);
        SetupCheck check = Expect(Checks(session, Look), "Notrack rules", SetupResult.Warning, "docs/security.md");
        Assert.Contains("The table has 1 entries about UDP port 114", check.Reason, StringComparison.Ordinal);
    });

    [Fact]
    public void An_address_that_is_not_the_hosts_fails() => RightRouter.Run(session =>
        Expect(Checks(session, $"{Look} 192.0.2.1 -Role Router"), "Helper address", SetupResult.Failed, "192.0.2.1"));

    [Fact]
    public void Where_no_helper_runs_it_says_how_to_start_one() => RightRouter.Run(session =>
    {
        SetupCheck[] checks = Checks(session, $"{Look} 194.0.1.1");
        Expect(checks, "UDP answer", SetupResult.Failed, "Start-ProxyHelper 194.0.1.1");
        Expect(checks, "Secret", SetupResult.Skipped, "UDP answer");
    });

    [Fact]
    public void A_wrong_secret_is_told_by_the_helper_of_this_session() => RightRouter.Run(session =>
    {
        session.Run($"{Start} -Secret 4711");
        SetupCheck[] checks = Checks(session, $"{Look} -Secret 4712");
        Expect(checks, "Secret", SetupResult.Failed, "-SecretFile");
        Assert.Equal(SetupResult.Passed, One(checks, "UDP answer").Result);
        Assert.Equal(SetupResult.Passed, One(Checks(session, $"{Look} -Secret 4711"), "Secret").Result);
        Assert.DoesNotContain(checks, check => check.ToString().Contains("471", StringComparison.Ordinal));
    });

    [Fact]
    public void A_wrong_secret_of_another_sessions_helper_may_be_why_it_is_silent() => RightRouter.Run(session =>
    {
        session.Run($"{Start} -Secret 4711");
        using var other = new EngineSession();
        other.Run("$global:gated = $args[0]", "/nowhere/smtp-gated.conf");
        SetupCheck[] checks = Checks(other, $"{Look} 194.0.1.1 -Secret 4712");
        SetupCheck silent = Expect(checks, "UDP answer", SetupResult.Failed, "-SecretFile");
        Assert.Contains("the secret is wrong", silent.Reason, StringComparison.Ordinal);
        Expect(checks, "Secret", SetupResult.Skipped, "UDP answer");
        Expect(checks, "smtp-gated max_per_host", SetupResult.Skipped, "-Role Proxy");
    });

    [Fact]
    public void A_secret_that_the_helper_does_not_have_is_told() => RightRouter.Run(session =>
    {
        session.Run(Start);
        SetupCheck check = Expect(Checks(session, $"{Look} -Secret 4712"), "Secret", SetupResult.Failed, "remote_udp_secret");
        Assert.Contains("has no secret", check.Reason, StringComparison.Ordinal);
    });

    [Fact]
    public void Without_the_capability_the_checks_that_need_it_say_so_and_the_others_go_on() => RightRouter.Run(session =>
    {
        session.Run(Start);
        Capability.DropNetAdmin();
        SetupCheck[] checks = Checks(session, Look);
        Expect(checks, "Permission", SetupResult.Failed, "CAP_NET_ADMIN");
        Expect(checks, "Conntrack table", SetupResult.Skipped, "root");
        Assert.Equal(SetupResult.Passed, One(checks, "UDP answer").Result);
        Assert.Equal(SetupResult.Passed, One(checks, "Helper address").Result);
    });

    [Fact]
    public void On_the_proxy_its_configuration_says_whom_to_ask() => RightRouter.Run(session =>
    {
        session.Run($"{Start} -Port 1114 -Secret 4711");
        File.WriteAllText(Assert.Single(session.Run("$gated")).ToString(), "mode remote-udp\nremote_port 1114\nremote_udp_secret 4711\n");
        SetupCheck[] checks = Checks(session, $"{Look} 194.0.1.1 -Role Proxy");
        Assert.Equal(["Host", "UDP answer", "Secret", "smtp-gated mode", "smtp-gated remote_port", "smtp-gated secret", "smtp-gated max_per_host"], checks.Select(check => check.Name));
        Assert.All(checks[..^1], check => Assert.True(check.Result == SetupResult.Passed, check.ToString()));
        Expect(checks, "smtp-gated max_per_host", SetupResult.Warning, "max_per_host 1000");
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
        Assert.Contains("UDP answer              Failed  Nothing listens on 194.0.1.1:114", screen, StringComparison.Ordinal);
        Assert.Contains("=> Start it: Start-ProxyHelper 194.0.1.1 -Port 114", screen, StringComparison.Ordinal);
    });

    private static SetupCheck[] Checks(EngineSession session, string script)
    {
        SetupCheck[] checks = [.. session.Run(script).Select(check => Assert.IsType<SetupCheck>(check.BaseObject))];
        Assert.Empty(session.Errors);
        Assert.All(checks, check => Assert.NotEmpty(check.Reason));
        return checks;
    }

    private static SetupCheck One(SetupCheck[] checks, string name) => Assert.Single(checks, check => check.Name == name);

    private static SetupCheck Expect(SetupCheck[] checks, string name, SetupResult result, string action)
    {
        SetupCheck check = One(checks, name);
        Assert.True(check.Result == result, check.ToString());
        Assert.Contains(action, check.Action, StringComparison.Ordinal);
        return check;
    }
}
