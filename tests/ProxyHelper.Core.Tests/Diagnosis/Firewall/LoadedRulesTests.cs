using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Diagnosis;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Diagnosis.Firewall;

/// <summary>Tests the findings about rules that the real kernel has loaded and the real tools list.</summary>
public sealed class LoadedRulesTests
{
    private const StringComparison Exact = StringComparison.Ordinal;

    private static readonly TransportEndPoint _proxy = TransportEndPoint.Parse("194.0.22.9:9199");
    private static readonly HelperSockets _helper = new([IPAddress.Parse("194.0.1.1")], 114);

    [Theory]
    [InlineData("Passed", "iifname \"users\" tcp dport 25 dnat ip to 194.0.22.9:9199")]
    [InlineData("Passed", "ip saddr 10.1.0.0/16 tcp dport 25 dnat ip to 194.0.22.9:9199")]
    [InlineData("Passed", "iifname users tcp dport { 25, 587 } dnat ip to 194.0.22.9:9199")]
    [InlineData("Passed", "iifname users tcp dport 20-30 counter log dnat ip to 194.0.22.9:9199")]
    [InlineData("Passed", "iifname users tcp dport @ports ip daddr != 10.0.0.0/8 dnat ip to 194.0.22.9:9199")]
    [InlineData("Passed", "iifname users tcp dport 25 jump mail")]
    [InlineData("Passed", "iifname users tcp dport vmap { 25 : jump mail, 80 : accept }")]
    [InlineData("Passed", "iifname users ct state new meta l4proto tcp th dport 25 dnat ip to 194.0.22.9:9199")]
    [InlineData("Passed", "iifname users tcp dport 25 dnat ip to 194.0.22.9-194.0.22.10:9199")]
    [InlineData("Passed", "ip saddr 194.0.22.9 tcp dport 25 accept; tcp dport 25 goto mail")]
    [InlineData("Passed", "iifname proxies accept; tcp dport 25 goto mail")]
    [InlineData("Passed", "iifname proxies return; tcp dport 25 goto mail")]
    [InlineData("Passed", "meta mark 7 jump mail; iifname users tcp dport 25 jump mail")] // both lead to the proxy
    [InlineData("Failed", "tcp dport 26 dnat ip to 194.0.22.9:9199")]
    [InlineData("Failed", "udp dport 25 dnat ip to 194.0.22.9:9199")]
    [InlineData("Failed", "tcp dport 25 dnat ip to 194.0.22.8:9199")]
    [InlineData("Failed", "tcp dport 25 dnat ip to 194.0.22.9:9198")]
    [InlineData("Failed", "tcp dport 25 dnat ip to 194.0.22.9")]
    [InlineData("Failed", "tcp dport 25 redirect to :9199")]
    [InlineData("Failed", "tcp dport 25 accept; tcp dport 25 dnat ip to 194.0.22.9:9199")]
    [InlineData("Failed", "tcp dport != 25 dnat ip to 194.0.22.9:9199")]
    [InlineData("Failed", "fib daddr type local tcp dport 25 dnat ip to 194.0.22.9:9199")]
    [InlineData("Failed", "iifname \"lo\" tcp dport 25 dnat ip to 194.0.22.9:9199")]
    [InlineData("Failed", "ip6 daddr 2001:db8::1 tcp dport 25 dnat ip6 to 2001:db8::9")]
    [InlineData("Warning", "meta mark 7 tcp dport 25 dnat ip to 194.0.22.9:9199")]
    [InlineData("Warning", "meta mark 7 accept; tcp dport 25 dnat ip to 194.0.22.9:9199")]
    [InlineData("Warning", "limit rate 1/second tcp dport 25 dnat ip to 194.0.22.9:9199")]
    [InlineData("Passed", "iifname users dnat ip to tcp dport map { 25 : 194.0.22.9 . 9199 }")]
    [InlineData(
        "Passed",
        "iifname users tcp dport 25 dnat ip to jhash ip saddr mod 2 "
        + "map { 0 : 194.0.22.8 . 9199, 1 : 194.0.22.9 . 9199 }")]
    [InlineData(
        "Passed", "iifname users tcp dport 25 dnat ip to numgen inc mod 2 offset 5 map { 5-6 : 194.0.22.9 . 9199 }")]
    [InlineData("Failed", "iifname users dnat ip to tcp dport map { 26 : 194.0.22.9 . 9199 }")]
    [InlineData("Failed", "iifname users tcp dport 25 dnat ip to jhash ip saddr mod 1 map { 0 : 194.0.22.8 . 9199 }")]
    [InlineData("Warning", "dnat ip to tcp dport map { 25 : 194.0.22.9 . 9199 }")] // also catches the proxy
    [InlineData("Warning", "iifname users tcp dport 25 dnat ip to meta mark map { 7 : 194.0.22.9 . 9199 }")]
    [InlineData("Warning", "iifname users tcp dport 25 dnat ip to jhash ip saddr mod 1 map { 1 : 194.0.22.9 . 9199 }")]
    [InlineData("Warning", "iifname users tcp dport 25 dnat ip to ip saddr map @proxies")]
    [InlineData("Warning", "ip saddr . tcp dport { 10.1.1.1 . 25 } dnat ip to 194.0.22.9:9199")]
    [InlineData("Warning", "iifname users ct direction reply tcp dport 25 dnat ip to 194.0.22.9:9199")]
    [InlineData("Warning", "iifname users fib saddr type local tcp dport 25 dnat ip to 194.0.22.9:9199")]
    [InlineData("Warning", "iifname users meta skuid 7 tcp dport 25 dnat ip to 194.0.22.9:9199")]
    [InlineData("Warning", "iifname users tcp dport @unknown dnat ip to 194.0.22.9:9199")]
    [InlineData("Warning", "meta mark 7 return; iifname users tcp dport 25 dnat ip to 194.0.22.9:9199")]
    [InlineData("Warning", "meta mark 7 goto other; iifname users tcp dport 25 dnat ip to 194.0.22.9:9199")]
    public void Destination_NAT(string expected, string rules) =>
        Check(expected, rules, "prerouting", "dstnat", checks => checks.JudgeDestination(_proxy).Finding);

    [Theory]
    [InlineData("meta mark != 0x99", "meta mark != 0x00000099")]
    [InlineData("meta mark 7 ct mark 8", "meta mark 0x00000007 ct mark 0x00000008")]
    [InlineData("limit rate 1/second", "limit")]
    [InlineData("iifname . tcp dport { users . 25 }", "iifname . tcp dport { users . 25 }")]
    public void A_rule_with_a_condition_that_is_not_understood_is_shown_with_the_condition(
        string conditions, string expected) => NetworkNamespace.Run(() =>
    {
        TestRules.Load($$"""
            table ip n {
                chain pre {
                    type nat hook prerouting priority dstnat;
                    meta l4proto tcp {{conditions}} dnat to 192.0.2.9:9199
                }
            }
            """);
        DestinationJudgement judgement = Checks().JudgeDestination(proxy: null);
        AssertSeverity("Warning", judgement.Finding);
        Assert.Contains($"the condition '{expected}' is not understood", judgement.Finding.Reason, Exact);
        Assert.Contains("dnat to 192.0.2.9:9199' in table ip n, chain pre", judgement.Finding.Reason, Exact);
        Assert.EndsWith("nft list table ip n", judgement.Finding.Action, Exact);
        Assert.False(judgement.IsCertain);
    });

    [Fact]
    public void A_verdict_map_that_is_not_understood_may_lead_to_the_proxy() => NetworkNamespace.Run(() =>
    {
        TestRules.Load("""
            table ip n {
                chain smtp { meta l4proto tcp dnat to 192.0.2.9:9199; }
                chain pre {
                    type nat hook prerouting priority dstnat;
                    iifname . tcp dport vmap { "users" . 25 : jump smtp, "guest" . 25 : accept }
                }
                chain post {
                    type nat hook postrouting priority srcnat;
                    ip daddr . tcp dport { 192.0.2.9 . 9199 } snat to 192.0.2.1
                }
            }
            """);
        DestinationJudgement judgement = Checks().JudgeDestination(proxy: null);
        AssertSeverity("Warning", judgement.Finding);
        Assert.Contains("192.0.2.9:9199", judgement.Finding.Reason, Exact);
        HelperSockets helper = new([IPAddress.Parse("192.0.2.1")], 114);
        AssertSeverity("Warning", Checks().JudgeSource(judgement, helper));
    });

    [Theory]
    [InlineData("Passed", "ip daddr 194.0.22.9 tcp dport 9199 snat ip to 194.0.1.1")]
    [InlineData("Passed", "oifname \"proxies\" meta l4proto tcp ct status dnat snat ip to 194.0.1.1:20000-29999")]
    [InlineData(
        "Passed", "ip daddr { 194.0.22.0/24, 194.0.23.9 } snat ip to 194.0.1.1; oifname \"internet\" masquerade")]
    [InlineData("Passed", "ip saddr 10.1.0.0/16 meta l4proto tcp ct original proto-dst 25 snat ip to 194.0.1.1")]
    [InlineData("Failed", "ip daddr 194.0.22.9 tcp dport 9199 snat ip to 194.0.1.2")]
    [InlineData("Failed", "ip daddr 194.0.22.8 tcp dport 9199 snat ip to 194.0.1.1")]
    [InlineData("Failed", "ip daddr 194.0.22.9 tcp dport 25 snat ip to 194.0.1.1")]
    [InlineData("Failed", "ip daddr 194.0.22.9 accept; snat ip to 194.0.1.1")]
    [InlineData("Failed", "")]
    [InlineData("Warning", "masquerade")]
    [InlineData("Warning", "snat ip to 194.0.1.1-194.0.1.4")]
    [InlineData("Warning", "meta mark 7 snat ip to 194.0.1.1")]
    [InlineData("Warning", "meta mark 7 snat ip to 194.0.1.2; snat ip to 194.0.1.1")]
    [InlineData("Warning", "meta mark 7 return; snat ip to 194.0.1.1-194.0.1.4")]
    [InlineData("Warning", "meta mark 7 accept; snat ip to 194.0.1.2")]
    public void Source_NAT(string expected, string rules) =>
        Check(expected, rules, "postrouting", "srcnat", checks => checks.JudgeSource(_proxy, _helper));

    [Theory]
    [InlineData("Passed", "udp dport 114 notrack", "udp sport 114 notrack")]
    [InlineData(
        "Passed",
        "fib daddr type local udp dport { 114, 115 } notrack accept",
        "ip saddr 194.0.1.1 udp sport 114 notrack")]
    [InlineData("Passed", "ip saddr != 194.0.22.9 udp dport 114 drop; udp dport 114 notrack", "notrack")]
    [InlineData("Warning", "udp dport 114 notrack", "")]
    [InlineData("Warning", "", "udp sport 114 notrack")]
    [InlineData("Warning", "", "")]
    [InlineData("Warning", "ct state new udp dport 114 notrack", "udp sport 114 notrack")]
    [InlineData("Warning", "ip daddr 194.0.1.2 udp dport 114 notrack", "udp sport 114 notrack")]
    [InlineData("Warning", "udp dport 115 notrack", "udp sport 114 notrack")]
    [InlineData("Warning", "tcp dport 114 notrack", "udp sport 114 notrack")]
    [InlineData("Warning", "meta mark 7 notrack", "udp sport 114 notrack")]
    [InlineData("Warning", "udp dport 114 accept; udp dport 114 notrack", "udp sport 114 notrack")]
    [InlineData("Warning", "meta mark 7 accept; udp dport 114 notrack", "udp sport 114 notrack")]
    [InlineData("Warning", "meta mark 7 return; udp dport 114 notrack", "udp sport 114 notrack")]
    [InlineData("Warning", "meta mark 7 accept; ip saddr 194.0.22.9 drop", "udp sport 114 notrack")]
    [InlineData("Passed", "meta mark 7 notrack; udp dport 114 notrack", "udp sport 114 notrack")]
    [InlineData("Failed", "ip saddr 194.0.22.9 drop; udp dport 114 notrack", "udp sport 114 notrack")]
    [InlineData("Failed", "policy drop; ip saddr 10.0.0.1 accept", "udp sport 114 notrack")]
    public void Notrack(string expected, string arriving, string leaving) => NetworkNamespace.Run(() =>
    {
        TestRules.Load($$"""
            table inet helper {
                chain arriving { type filter hook prerouting priority raw; {{arriving}}; }
                chain leaving { type filter hook output priority raw; {{leaving}}; }
            }
            """);
        AssertSeverity(expected, NotrackCheck.Judge(TestRules.Read(), evidence: null, _helper, _proxy));
    });

    [Fact]
    public void Notrack_after_conntrack_is_too_late() => NetworkNamespace.Run(() =>
    {
        TestRules.Load("""
            table inet helper {
                chain arriving { type filter hook prerouting priority 0; notrack; }
                chain leaving { type filter hook output priority 0; notrack; }
            }
            """);
        AssertSeverity("Warning", NotrackCheck.Judge(TestRules.Read(), evidence: null, _helper, _proxy));
    });

    [Theory]
    [InlineData("iptables-nft", "Passed", "-i users -p tcp --dport 25")]
    [InlineData("iptables-legacy", "Passed", "-i users -p tcp --dport 25")]
    [InlineData("iptables-legacy", "Passed", "-s 10.1.0.0/16 -p tcp --dport 25 -m comment --comment -j")]
    [InlineData("iptables-nft", "Warning", "-i users -p tcp --dport 25 -m policy --dir in --pol none")]
    [InlineData("iptables-legacy", "Warning", "-i users -p tcp --dport 25 -m policy --dir in --pol none")]
    [InlineData("iptables-legacy", "Warning", "-i users -p tcp --dport 25 -m conntrack --ctstate NEW,DNAT")]
    [InlineData("iptables-nft", "Passed", "-i users -p tcp -m multiport --dports 25,587 -m comment --comment mail")]
    [InlineData("iptables-legacy", "Passed", "-i users -p tcp -m conntrack --ctstate NEW --dport 20:30")]
    [InlineData("iptables-nft", "Failed", "-p tcp --dport 26")]
    [InlineData("iptables-legacy", "Failed", "-p tcp ! --dport 25")]
    [InlineData("iptables-nft", "Failed", "-p udp --dport 25")]
    [InlineData("iptables-nft", "Warning", "-p tcp --dport 25 -m mark --mark 7")]
    [InlineData("iptables-legacy", "Warning", "-p tcp --dport 25 -m statistic --mode random --probability 0.5")]
    public void Destination_NAT_of_iptables(
        string tool, string expected, string conditions) => NetworkNamespace.Run(() =>
    {
        Requirement.Tool(tool);
        Tool.Run(tool, ["-t", "nat", "-N", "mail"]);
        Tool.Run(tool, ["-t", "nat", "-A", "mail", "-p", "tcp", "-j", "DNAT", "--to-destination", "194.0.22.9:9199"]);
        Tool.Run(tool, ["-t", "nat", "-A", "PREROUTING", .. conditions.Split(' '), "-j", "mail"]);
        AssertSeverity(expected, Checks().JudgeDestination(_proxy).Finding);
        AssertSeverity(expected, Checks().JudgeDestination(proxy: null).Finding);
    });

    [Fact]
    public void The_proxy_is_found_in_the_DNAT_rule() => NetworkNamespace.Run(() =>
    {
        TestRules.Load("""
            table ip mail {
                chain pre { type nat hook prerouting priority dstnat; tcp dport 25 dnat to 194.0.22.9:9199; }
            }
            """);
        DestinationJudgement judgement = Checks().JudgeDestination(proxy: null);
        Assert.Equal(_proxy, judgement.Proxy);
        Assert.Contains("194.0.22.9:9199", judgement.Finding.Reason, Exact);
    });

    private static void Check(
        string expected,
        string rules,
        string hook,
        string priority,
        Func<NatChecks, Finding> judge) => NetworkNamespace.Run(() =>
    {
        TestRules.Load($$"""
            table inet mail {
                set ports { type inet_service; flags interval; elements = { 20-30, 587 }; }
                set unknown { type inet_service; }
                map proxies { type ipv4_addr : ipv4_addr . inet_service; }
                chain other { }
                chain mail { meta l4proto tcp dnat ip to 194.0.22.9:9199; }
                chain base { type nat hook {{hook}} priority {{priority}}; {{rules}}; }
            }
            """);
        AssertSeverity(expected, judge(Checks()));
    });

    private static NatChecks Checks() => TestRules.Checks(TestRules.Read());

    private static void AssertSeverity(string expected, Finding finding) =>
        FindingAssert.HasSeverity(Enum.Parse<Severity>(expected), finding);
}
