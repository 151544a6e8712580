using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Diagnosis;
using ProxyHelper.Diagnosis.Firewall;
using ProxyHelper.TestSupport;
using ProxyHelper.Tests.Diagnosis.Firewall;
using Xunit;

namespace ProxyHelper.Tests.Diagnosis;

/// <summary>
/// Tests what the checks of NAT rules say to do. The rules are loaded into the real kernel, and the commands are run.
/// </summary>
public sealed class NatChecksTests
{
    private const StringComparison Exact = StringComparison.Ordinal;

    private static readonly TransportEndPoint _proxy = TransportEndPoint.Parse("194.0.22.9:9199");

    [Theory]
    [InlineData("nft", "tcp dport 25 dnat to 194.0.22.9:9199")]
    [InlineData("nft", "ip daddr != 10.0.0.0/8 tcp dport { 25, 587 } dnat to 194.0.22.9:9199")]
    [InlineData("nft", "ip saddr 194.0.0.0/8 tcp dport 25 dnat to 194.0.22.9:9199")] // the proxy is among them
    [InlineData("nft", "iifname != \"lo\" tcp dport 25 dnat to 194.0.22.9:9199")]
    [InlineData("nft", "tcp dport 25 jump mail-users")]
    [InlineData("nft", "tcp dport 25 dnat to 194.0.22.9-194.0.22.10:9199")]
    [InlineData("iptables-nft", "-p tcp --dport 25 -j DNAT --to-destination 194.0.22.9:9199")]
    [InlineData("iptables-legacy", "-p tcp --dport 25 -j DNAT --to-destination 194.0.22.9:9199")]
    [InlineData("iptables-legacy", "-p tcp --dport 25 -j DNAT --to-destination 194.0.22.9-194.0.22.10:9199")]
    public void A_rule_that_catches_the_connections_of_the_proxy_has_the_command_that_lets_them_pass(
        string tool, string rule) => NetworkNamespace.Run(() =>
    {
        Load(tool, rule);
        Finding loop = Checks().JudgeDestination(proxy: _proxy).Finding;
        Assert.Equal(Severity.Warning, loop.Severity);
        Assert.Contains("Its conditions also fit the proxy 194.0.22.9.", loop.Reason, Exact);
        Assert.Contains("(a loop)", loop.Reason, Exact);
        Assert.Contains("194.0.22.9", loop.Action, Exact);

        string command = loop.Action[loop.Action.IndexOf(": ", Exact)..][2..];
        Assert.StartsWith($"{tool} ", command, Exact);
        Tool.Run("sh", ["-c", command]);
        Finding passed = Checks().JudgeDestination(proxy: _proxy).Finding;
        FindingAssert.HasSeverity(Severity.Passed, passed);
    });

    [Theory]
    [InlineData("194.0.22.8:9199", Severity.Warning)] // left over from another set-up
    [InlineData("194.0.22.9:9199", Severity.Passed)]
    public void Rules_of_two_chains_with_the_same_priority_have_no_known_order(string other, Severity expected) =>
        NetworkNamespace.Run(() =>
    {
        Load("nft", "iifname users tcp dport 25 dnat to 194.0.22.9:9199");
        Load("iptables-legacy", $"-i users -p tcp --dport 25 -j DNAT --to-destination {other}");
        Finding finding = Checks().JudgeDestination(_proxy).Finding;
        FindingAssert.HasSeverity(expected, finding);
    });

    [Fact]
    public void A_proxy_on_this_host_is_not_caught() => NetworkNamespace.Run(() =>
    {
        Load("nft", "tcp dport 25 dnat to 194.0.22.9:9199");
        NatChecks checks = Checks(address => address.Equals(_proxy.IPAddress));
        Assert.Equal(Severity.Passed, checks.JudgeDestination(proxy: null).Finding.Severity);
    });

    [Theory]
    [InlineData("ip daddr 194.0.22.9 tcp dport 9199 snat to 194.0.1.1")]
    [InlineData("oifname \"internet\" masquerade; ip daddr 194.0.22.9 snat to 194.0.1.1")]
    [InlineData(
        "snat to 194.0.1.1; }; chain other { type nat hook postrouting priority srcnat; oifname internet masquerade")]
    public void Another_address_than_the_SNAT_rule_shows_fails_with_the_right_address(string rules) =>
        NetworkNamespace.Run(() =>
    {
        LoadSource(rules);
        Finding finding = JudgeSource("194.0.1.2", local: "194.0.1.1");
        Assert.Equal(Severity.Failed, finding.Severity);
        Assert.Contains("smtp-gated asks 194.0.1.1, not 194.0.1.2", finding.Reason, Exact);
        Assert.Equal(
            "The proxy sees 194.0.1.1. Use it as the helper address: <change to 194.0.1.1:114>", finding.Action);
        Assert.Equal(Severity.Passed, JudgeSource("194.0.1.1").Severity);
        Assert.Equal(Severity.Passed, JudgeSource("0.0.0.0", local: "194.0.1.1").Severity);
    });

    [Theory]
    [InlineData("oifname \"wan\" snat to 203.0.113.1", "203.0.113.1")] // the rule for the proxy is missing
    [InlineData("ip saddr 10.9.0.0/16 ip daddr 194.0.22.9 snat to 203.0.113.1", "203.0.113.1")]
    [InlineData("snat to 203.0.113.1", "194.0.1.2")] // not an address of this host
    public void An_address_that_the_proxy_may_not_see_is_not_taken_for_the_address_of_the_helper(
        string rules, string local) => NetworkNamespace.Run(() =>
    {
        LoadSource(rules);
        Finding finding = JudgeSource("194.0.1.2", local);
        FindingAssert.HasSeverity(Severity.Failed, finding);
        Assert.Contains("No SNAT rule translates the source to 194.0.1.2", finding.Reason, Exact);
        Assert.DoesNotContain("The proxy sees", finding.Action, Exact);
        Assert.EndsWith(
            "before the other rule: ip daddr 194.0.22.9 tcp dport 9199 snat to 194.0.1.2", finding.Action, Exact);
    });

    [Theory]
    [InlineData("snat to 203.0.113.77", Severity.Failed)]
    [InlineData("oifname \"proxies\" snat to 203.0.113.77", Severity.Failed)]
    [InlineData("snat to 194.0.1.1", Severity.Passed)]
    public void A_helper_on_all_addresses_answers_only_on_those_of_this_host(string rules, Severity expected) =>
        NetworkNamespace.Run(() =>
    {
        LoadSource(rules);
        Finding finding = JudgeSource("0.0.0.0", local: "194.0.1.1");
        FindingAssert.HasSeverity(expected, finding);
    });

    [Fact]
    public void A_masquerade_has_the_rule_to_load_before_it() => NetworkNamespace.Run(() =>
    {
        LoadSource("masquerade");
        const string Start = "or load this rule in the nat chain before the masquerade: ";
        string action = JudgeSource("194.0.1.1").Action;
        Assert.Contains(Start, action, Exact);
        Tool.Run("nft", $"insert rule ip n post {action[(action.IndexOf(Start, Exact) + Start.Length)..]}");
        Assert.Equal(Severity.Passed, JudgeSource("194.0.1.1").Severity);
    });

    [Theory]
    [InlineData("nft", "iifname users tcp dport 25 dnat to 192.0.2.9-192.0.2.12:9199", "192.0.2.9-192.0.2.12:9199")]
    [InlineData(
        "iptables-nft", "-p tcp --dport 25 -j DNAT --to-destination 192.0.2.9-192.0.2.10", "192.0.2.9-192.0.2.10:25")]
    [InlineData(
        "nft",
        "iifname a tcp dport 25 dnat to 192.0.2.9:9199; iifname b tcp dport 25 dnat to 192.0.2.10:9199",
        "192.0.2.9:9199, 192.0.2.10:9199")]
    [InlineData(
        "nft",
        "tcp dport 25 dnat to jhash ip saddr mod 2 map { 0 : 192.0.2.9 . 9199, 1 : 192.0.2.10 . 9199 }",
        "192.0.2.9:9199, 192.0.2.10:9199")]
    public void Several_proxies_are_listed_and_all_are_compared_with_the_list(
        string tool, string rule, string expected) => NetworkNamespace.Run(() =>
    {
        Load(tool, rule);
        DestinationJudgement judgement = Checks().JudgeDestination(proxy: null);
        Assert.Equal(Severity.Warning, judgement.Finding.Severity);
        Assert.EndsWith($"to several proxies: {expected}.", judgement.Finding.Reason, Exact);
        Assert.StartsWith("<give proxy 192.0.2.9:", judgement.Finding.Action, Exact);
        Assert.Equal("Warning", JudgeAllowed(judgement, "192.0.2.9"));
        Assert.Equal("Passed", JudgeAllowed(judgement, "192.0.2.8/29"));
    });

    [Fact]
    public void A_range_that_is_too_long_to_compare_does_not_pass() => NetworkNamespace.Run(() =>
    {
        Load("nft", "tcp dport 25 dnat to 10.0.0.0-10.255.255.255:9199");
        Assert.Equal("Warning", JudgeAllowed(Checks().JudgeDestination(proxy: null), "10.0.0.0/8"));
    });

    [Theory]
    [InlineData("ip daddr 203.0.113.5 tcp dport 25 dnat to 194.0.22.9:9199")] // a port forward
    [InlineData("ip daddr { 203.0.113.0/24, 198.51.100.7 } tcp dport 25 dnat to 194.0.22.9:9199")]
    public void A_rule_about_a_destination_of_its_own_leads_no_other_mail_back(string rule) =>
        NetworkNamespace.Run(() =>
    {
        Load("nft", rule);
        Finding finding = Checks().JudgeDestination(_proxy).Finding;
        FindingAssert.HasSeverity(Severity.Passed, finding);
    });

    [Theory]
    [InlineData("ip ttl & 3 == 1", "'ip ttl & 3 == 1'")]
    [InlineData(
        "ether saddr 02:00:00:00:00:01 return; tcp dport 25 ", "'unless ether saddr 02:00:00:00:00:01'")]
    public void A_condition_that_is_not_understood_is_shown_once_and_as_nft_shows_it(string rule, string expected) =>
        NetworkNamespace.Run(() =>
    {
        Load("nft", $"{rule} tcp dport 25 dnat to 194.0.22.9:9199");
        string reason = Checks().JudgeDestination(_proxy).Finding.Reason;
        Assert.Contains(expected, reason, Exact);
    });

    [Theory]
    [InlineData("meta mark 7 snat to 194.0.1.1; snat to 194.0.1.3")]
    [InlineData("meta mark 7 accept; snat to 194.0.1.1")]
    [InlineData("oifname \"internet\" masquerade; oifname \"proxies\" snat to 194.0.1.1")]
    public void An_address_that_the_proxy_may_see_is_a_warning(string rules) => NetworkNamespace.Run(() =>
    {
        LoadSource(rules);
        Finding finding = JudgeSource("194.0.1.2");
        FindingAssert.HasSeverity(Severity.Warning, finding);
    });

    [Fact]
    public void Text_of_rules_cannot_control_the_terminal_and_names_are_words_of_the_shell()
    {
        const string Save = "*nat\n:PREROUTING ACCEPT [0:0]\n:a'b - [0:0]\n-A PREROUTING -p tcp -j a'b\n" +
            "-A a'b -j DNAT --to-destination 194.0.22.9:9199\n";
        FirewallReading firewall = TestRules.ReadSave($"{Save}-A PREROUTING -m \u001b[31mred -j RETURN\n");
        Finding loop = TestRules.Checks(firewall).JudgeDestination(proxy: null).Finding;
        Assert.EndsWith(
            @"iptables-legacy -t nat -I 'a'\''b' -p tcp --dport 25 -s 194.0.22.9 -j ACCEPT", loop.Action, Exact);

        const string Odd = "*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -m \u001b[31mred -j DNAT --to 1.1.1.1\n";
        Finding doubt = TestRules.Checks(TestRules.ReadSave(Odd)).JudgeDestination(proxy: null).Finding;
        Assert.Equal(Severity.Warning, doubt.Severity);
        Assert.Contains(@"\u001b[31mred", doubt.Reason, Exact);
        Assert.DoesNotContain(doubt.Reason, char.IsControl);
    }

    private static void Load(string tool, string rule)
    {
        if (tool != "nft")
        {
            Requirement.Tool(tool);
            Tool.Run(tool, ["-t", "nat", "-A", "PREROUTING", .. rule.Split(' ')]);
            return;
        }

        TestRules.Load($$"""
            table ip n {
                chain mail-users { meta l4proto tcp dnat to 194.0.22.9:9199; }
                chain pre { type nat hook prerouting priority dstnat; {{rule}}; }
            }
            """);
    }

    private static void LoadSource(string rules) => TestRules.Load(
        $$"""table ip n { chain post { type nat hook postrouting priority srcnat; {{rules}}; }; }""");

    private static Finding JudgeSource(string helper, string local = "127.0.0.1") =>
        Checks(address => address.Equals(IPAddress.Parse(local)))
            .JudgeSource(_proxy, new HelperSockets([IPAddress.Parse(helper)], 114));

    private static string JudgeAllowed(DestinationJudgement judgement, string allowed)
    {
        var options = new InspectionOptions { AllowedProxies = [EndPointPattern.Parse(allowed)] };
        var helper = new HelperSockets([IPAddress.Parse("194.0.1.1")], 114);
        var check = new AllowedCheck(options, helper, TestWords.Instance);
        Finding finding = Assert.Single(check.Judge(judgement, _ => false));
        return finding.Severity.ToString();
    }

    private static NatChecks Checks(Func<IPAddress, bool>? isLocal = null) =>
        TestRules.Checks(TestRules.Read(), isLocal);
}
