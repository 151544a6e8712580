using ProxyHelper.Addresses;
using ProxyHelper.Diagnosis;
using ProxyHelper.Diagnosis.Firewall;
using ProxyHelper.Diagnosis.Pair;
using ProxyHelper.Tests.Diagnosis.Firewall;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Diagnosis.Pair;

/// <summary>Tests the findings about the rules of a pair, with rules that the kernel has.</summary>
public sealed class PairRuleChecksTests
{
    private const string Pickup = "type filter hook prerouting priority mangle;";

    private static readonly TransportEndPoint _proxy = TransportEndPoint.Parse("194.0.22.9:9199");

    [Theory]
    [InlineData("194.0.3.1:1024-32767", null, Severity.Passed, "1024-32767, and the other router 32768-65535")]
    [InlineData("194.0.3.1:32768-65535", null, Severity.Passed, "32768-65535, and the other router 1024-32767")]
    [InlineData("194.0.3.1", null, Severity.Failed, "has no range of ports")]
    [InlineData("194.0.3.1:1024-40000", null, Severity.Failed, "pair.conf has 1024-32767 and 32768-65535")]
    [InlineData("194.0.3.1:1024-40000", "40001-65535", Severity.Passed, "the other router 40001-65535")]
    [InlineData("194.0.3.1:1024-40000", "40000-65535", Severity.Failed, "They overlap")]
    public void The_ports_of_the_two_routers_are_compared(
        string target, string? given, Severity expected, string words) => NetworkNamespace.Run(() =>
    {
        TestRules.Load($"table ip n {{ chain c {{ type nat hook postrouting priority srcnat; " +
            $"ip daddr 194.0.22.9 tcp dport 9199 snat to {target}; }}; }}");
        PortRange? ports = given is not null && PortRange.TryParse(given, out PortRange range) ? range : null;
        Finding finding = JudgePorts(ports, TestPair.Setup.Variables);
        FindingAssert.HasSeverity(expected, finding);
        FindingAssert.HasAction(finding);
        Assert.Contains(words, finding.Reason, StringComparison.Ordinal);
    });

    [Theory]
    [InlineData("194.0.3.1:1024-9999", "194.0.3.1:10000-32767", Severity.Passed, "1024-9999 and 10000-32767, and")]
    [InlineData("194.0.3.1:1024-32767", "194.0.3.1", Severity.Failed, "has no range of ports: 'snat to 194.0.3.1'")]
    [InlineData("194.0.3.1:1024-32767", "194.0.3.1:32768-65535", Severity.Failed, "They overlap")]
    [InlineData("194.0.3.1:1024-32767", "194.0.3.1:32000-33000", Severity.Failed, "pair.conf has")]
    [InlineData("194.0.3.1:1024-32767", "tcp sport map { 1 : 194.0.3.1 }", Severity.Warning, "does not know")]
    public void Each_of_several_rules_is_judged(string first, string second, Severity expected, string words) =>
        NetworkNamespace.Run(() =>
        {
            TestRules.Load("table ip n { chain c { type nat hook postrouting priority srcnat; " +
                $"ip saddr 10.1.0.0/17 tcp dport 9199 snat to {first}; tcp dport 9199 snat to {second}; }}; }}");
            Finding finding = JudgePorts(null, TestPair.Setup.Variables);
            FindingAssert.HasSeverity(expected, finding);
            FindingAssert.HasAction(finding);
            Assert.Contains(words, finding.Reason, StringComparison.Ordinal);
        });

    [Fact]
    public void Without_the_ports_of_the_other_router_nothing_is_known() => NetworkNamespace.Run(() =>
    {
        TestRules.Load("table ip n { chain c { type nat hook postrouting priority srcnat; " +
            "tcp dport 9199 snat to 194.0.3.1:1024-32767; }; }");
        Finding finding = JudgePorts(null, null);
        FindingAssert.HasSeverity(Severity.Skipped, finding);
        Assert.StartsWith("<give peer ports>", finding.Action, StringComparison.Ordinal);
    });

    [Fact]
    public void Without_an_SNAT_rule_no_ports_are_compared() => NetworkNamespace.Run(() =>
        FindingAssert.HasSeverity(Severity.Skipped, JudgePorts(null, TestPair.Setup.Variables)));

    [Fact]
    public void A_rule_that_is_not_understood_decides_nothing() => NetworkNamespace.Run(() =>
    {
        TestRules.Load("table ip n { chain c { type nat hook postrouting priority srcnat; " +
            "meta mark 7 snat to 194.0.3.9; tcp dport 9199 snat to 194.0.3.1:1024-32767; }; }");
        FindingAssert.HasSeverity(Severity.Warning, JudgePorts(null, TestPair.Setup.Variables));
    });

    [Fact]
    public void The_ports_of_iptables_are_read() => NetworkNamespace.Run(() =>
    {
        FirewallReading firewall = TestRules.ReadSave(
            "*nat\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -d 194.0.22.9/32 -p tcp -m tcp --dport 9199 " +
            "-j SNAT --to-source 194.0.3.1:1024-32767\nCOMMIT\n");
        FindingAssert.HasSeverity(Severity.Passed, JudgePorts(null, TestPair.Setup.Variables, firewall));
    });

    [Theory]
    [InlineData($"{Pickup} meta l4proto tcp ct state new tcp flags & (fin | syn | rst | ack) != syn drop", true)]
    [InlineData($"{Pickup} ct state new tcp flags != syn drop", true)]
    [InlineData($"{Pickup} ct state new tcp flags syn / fin,syn,rst,ack accept; ct state new drop", true)]
    [InlineData("type filter hook forward priority filter; tcp flags & syn != syn ct state new drop", true)]
    [InlineData("type filter hook forward priority filter; tcp flags ! syn ct state new drop", true)]
    [InlineData($"{Pickup} iifname users ct state new tcp flags != syn drop", true)]
    [InlineData("type filter hook forward priority filter; policy drop; ct state established accept; " +
        "iifname users tcp flags & (fin | syn | rst | ack) == syn accept", true)]
    [InlineData("type filter hook forward priority filter; policy drop; iifname users accept", false)]
    [InlineData($"{Pickup} ip saddr 10.9.0.0/16 ct state new tcp flags != syn drop", false)] // some users
    [InlineData($"{Pickup} ip saddr 10.9.0.0/16 accept; ct state new tcp flags != syn drop", false)]
    [InlineData($"{Pickup} ct state invalid drop", false)]
    [InlineData($"{Pickup} ct state new tcp flags & (fin | syn | rst | ack) == syn drop", false)]
    [InlineData($"{Pickup} tcp dport 25 drop", false)] // a hold, which drops all packets
    [InlineData($"{Pickup} tcp dport 80 ct state new tcp flags != syn drop", false)]
    public void A_packet_in_the_middle_of_an_unknown_connection_must_be_dropped(string chain, bool isDropped) =>
        NetworkNamespace.Run(() =>
        {
            TestRules.Load($"table inet n {{ chain c {{ {chain}; }}; }}");
            Finding finding = new PickupCheck(TestRules.Read(), 25).Judge(loose: 1, _proxy);
            FindingAssert.HasSeverity(isDropped ? Severity.Passed : Severity.Warning, finding);
            FindingAssert.HasAction(finding);
        });

    [Fact]
    public void The_drop_of_iptables_and_the_setting_of_the_kernel_are_enough()
    {
        FirewallReading firewall = TestRules.ReadSave(
            "*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN " +
            "-m conntrack --ctstate NEW -j DROP\nCOMMIT\n*nat\nCOMMIT\n");
        FindingAssert.HasSeverity(Severity.Passed, new PickupCheck(firewall, 25).Judge(loose: 1, _proxy));
        FirewallReading empty = TestRules.ReadSave("*nat\nCOMMIT\n");
        FindingAssert.HasSeverity(Severity.Warning, new PickupCheck(empty, 25).Judge(loose: 1, _proxy));
        FindingAssert.HasSeverity(Severity.Passed, new PickupCheck(empty, 25).Judge(loose: 0, _proxy));
    }

    private static Finding JudgePorts(PortRange? given, PairVariables? variables, FirewallReading? firewall = null)
    {
        (RuleEffect[] rules, string? doubt) =
            TestRules.Checks(firewall ?? TestRules.Read()).FindSources(_proxy, TestPair.Helper);
        return new PortRangeCheck(given, variables, TestWords.Instance).Judge(rules, doubt);
    }
}
