using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Diagnosis;
using ProxyHelper.Diagnosis.Firewall;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Diagnosis.Firewall;

/// <summary>
/// Tests rules on the real kernel of which a tool shows only a part. No finding takes the part for all rules.
/// </summary>
public sealed class PartialListingTests
{
    private const StringComparison Exact = StringComparison.Ordinal;

    private static readonly HelperSockets _helper = new([IPAddress.Parse("192.0.2.1")], 114);

    [Theory]
    [InlineData("ip nat", "ip raw")]
    [InlineData("ip mail", "ip helper")]
    [InlineData("inet nat", "inet raw")]
    public void Tables_of_nft_with_the_names_of_iptables_are_read(string nat, string raw) => NetworkNamespace.Run(() =>
    {
        TestRules.Load($$"""
            table {{nat}} {
                chain prerouting {
                    type nat hook prerouting priority dstnat;
                    iifname "users" tcp dport 25 dnat ip to 192.0.2.9:9199
                }
                chain postrouting {
                    type nat hook postrouting priority srcnat;
                    ip daddr 192.0.2.9 tcp dport 9199 snat ip to 192.0.2.1
                }
            }
            table {{raw}} {
                chain arriving { type filter hook prerouting priority raw; udp dport 114 notrack; }
                chain leaving { type filter hook output priority raw; udp sport 114 notrack; }
            }
            """);
        FirewallReading firewall = TestRules.Read();
        Assert.Empty(firewall.Gaps);
        NatChecks checks = TestRules.Checks(firewall);
        DestinationJudgement destination = checks.JudgeDestination(proxy: null);
        FindingAssert.HasSeverity(Severity.Passed, destination.Finding);
        FindingAssert.HasSeverity(Severity.Passed, checks.JudgeSource(destination, _helper));
        FindingAssert.HasSeverity(
            Severity.Passed, NotrackCheck.Judge(firewall, evidence: null, _helper, destination.Proxy));
    });

    [Fact]
    public void A_chain_of_nft_in_a_table_of_iptables_is_read() => NetworkNamespace.Run(() =>
    {
        Requirement.Tool("iptables-nft");
        string[] rule = ["-t", "nat", "-A", "PREROUTING", "-p", "tcp", "--dport", "25"];
        Tool.Run("iptables-nft", [.. rule, "-j", "DNAT", "--to-destination", "192.0.2.9:9199"]);
        TestRules.Load("""
            table ip nat {
                chain early {
                    type nat hook prerouting priority -110;
                    tcp dport 25 dnat to 198.51.100.7:25
                }
            }
            """);
        NatChecks checks = TestRules.Checks(TestRules.Read());
        DestinationJudgement found = checks.JudgeDestination(TransportEndPoint.Parse("192.0.2.9:9199"));
        Assert.True(found.Finding.Severity != Severity.Passed, found.Finding.ToString());
    });

    [Fact]
    public void A_dormant_table_has_no_active_rule() => NetworkNamespace.Run(() =>
    {
        TestRules.Load("""
            table ip n {
                flags dormant;
                chain pre {
                    type nat hook prerouting priority dstnat;
                    iifname "users" tcp dport 25 dnat to 192.0.2.9:9199
                }
                chain post { type nat hook postrouting priority srcnat; snat to 192.0.2.1; }
            }
            """);
        AssertDoubtful(TestRules.Read(), "table ip n has a flag, and may be dormant");
    });

    [Fact]
    public void Every_finding_that_depends_on_unread_rules_names_them() => AssertDoubtful(
        FirewallReading.Of(_ => CapturedRules.Failing("nft", "no permission"), [], []), "no permission");

    [Theory]
    [InlineData("""["owner", "persist"]""", 0)]
    [InlineData("\"owner\"", 0)]
    [InlineData("""["owner", "dormant"]""", 1)]
    [InlineData("\"dormant\"", 1)]
    [InlineData("\"Lester Gooch #5\"", 1)]
    [InlineData("{}", 1)]
    public void Only_flags_that_do_not_matter_are_passed_over(string flags, int gaps)
    {
        ToolOutput tables = CapturedRules.Output(
            "nft", $$$"""{"nftables": [{"table": {"family": "ip", "name": "n", "flags": {{{flags}}}}}]}""");
        Assert.Equal(gaps, FirewallReading.Of(_ => tables, [], []).Gaps.Count);
    }

    private static void AssertDoubtful(FirewallReading firewall, string doubt)
    {
        NatChecks checks = TestRules.Checks(firewall);
        DestinationJudgement destination = checks.JudgeDestination(proxy: null);
        var options = new InspectionOptions { AllowedProxies = [EndPointPattern.Parse("192.0.2.9")] };
        Finding[] findings =
        [
            destination.Finding,
            checks.JudgeSource(destination, _helper),
            .. new AllowedCheck(options, _helper, TestWords.Instance).Judge(destination, _ => false),
        ];
        Assert.Equal(3, findings.Length);
        Assert.All(findings, finding =>
        {
            FindingAssert.HasSeverity(Severity.Warning, finding);
            Assert.Contains(doubt, finding.Reason, Exact);
            FindingAssert.HasAction(finding);
        });
    }
}
