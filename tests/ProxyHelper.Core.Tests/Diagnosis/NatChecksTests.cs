using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Diagnosis;
using ProxyHelper.Diagnosis.Firewall;
using ProxyHelper.TestSupport;
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
        Assert.Contains("(a loop)", loop.Reason, Exact);
        Assert.Contains("194.0.22.9", loop.Action, Exact);

        string command = loop.Action[loop.Action.IndexOf(": ", Exact)..][2..];
        Assert.StartsWith($"{tool} ", command, Exact);
        Tool.Run("sh", ["-c", command]);
        Finding passed = Checks().JudgeDestination(proxy: _proxy).Finding;
        Assert.True(passed.Severity == Severity.Passed, passed.ToString());
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
        Assert.True(finding.Severity == expected, finding.ToString());
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
    [InlineData("oifname \"proxies\" snat to 194.0.1.1")]
    [InlineData(
        "snat to 194.0.1.1; }; chain other { type nat hook postrouting priority srcnat; oifname internet masquerade")]
    public void Another_address_than_the_SNAT_rule_shows_fails_with_the_right_address(string rules) =>
        NetworkNamespace.Run(() =>
    {
        LoadSource(rules);
        Finding finding = JudgeSource("194.0.1.2");
        Assert.Equal(Severity.Failed, finding.Severity);
        Assert.Contains("smtp-gated asks 194.0.1.1, not 194.0.1.2", finding.Reason, Exact);
        Assert.Equal(
            "The proxy sees 194.0.1.1. Use it as the helper address: <start 194.0.1.1:114>", finding.Action);
        Assert.Equal(Severity.Passed, JudgeSource("194.0.1.1").Severity);
        Assert.Equal(Severity.Passed, JudgeSource("0.0.0.0").Severity);
    });

    [Theory]
    [InlineData("meta mark 7 snat to 194.0.1.1; snat to 194.0.1.3")]
    [InlineData("meta mark 7 accept; snat to 194.0.1.1")]
    [InlineData("oifname \"internet\" masquerade; oifname \"proxies\" snat to 194.0.1.1")]
    public void An_address_that_the_proxy_may_see_is_a_warning(string rules) => NetworkNamespace.Run(() =>
    {
        LoadSource(rules);
        Finding finding = JudgeSource("194.0.1.2");
        Assert.True(finding.Severity == Severity.Warning, finding.ToString());
    });

    [Fact]
    public void Text_of_rules_cannot_control_the_terminal_and_names_are_words_of_the_shell()
    {
        const string Save = "*nat\n:PREROUTING ACCEPT [0:0]\n:a'b - [0:0]\n-A PREROUTING -p tcp -j a'b\n" +
            "-A a'b -j DNAT --to-destination 194.0.22.9:9199\n";
        FirewallReading firewall = Read($"{Save}-A PREROUTING -m \u001b[31mred -j RETURN\n");
        Finding loop = Checks(firewall).JudgeDestination(proxy: null).Finding;
        Assert.EndsWith(
            @"iptables-legacy -t nat -I 'a'\''b' -p tcp --dport 25 -s 194.0.22.9 -j ACCEPT", loop.Action, Exact);

        const string Odd = "*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -m \u001b[31mred -j DNAT --to 1.1.1.1\n";
        Finding doubt = Checks(Read(Odd)).JudgeDestination(proxy: null).Finding;
        Assert.Equal(Severity.Warning, doubt.Severity);
        Assert.Contains(@"\u001b[31mred", doubt.Reason, Exact);
        Assert.DoesNotContain(doubt.Reason, char.IsControl);
    }

    private static FirewallReading Read(string save) => FirewallReading.Of(
        _ => new ToolOutput("nft", """{"nftables": []}"""u8.ToArray(), null),
        [new ToolOutput("iptables-legacy-save", System.Text.Encoding.UTF8.GetBytes(save), null)],
        ["nat"]);

    private static void Load(string tool, string rule)
    {
        Requirement.Tool(tool);
        if (tool != "nft")
        {
            Tool.Run(tool, ["-t", "nat", "-A", "PREROUTING", .. rule.Split(' ')]);
            return;
        }

        Tool.Run("nft", $$"""
            table ip n {
                chain mail-users { meta l4proto tcp dnat to 194.0.22.9:9199; }
                chain pre { type nat hook prerouting priority dstnat; {{rule}}; }
            }
            """);
    }

    private static void LoadSource(string rules)
    {
        Requirement.Tool("nft");
        Tool.Run("nft", $$"""table ip n { chain post { type nat hook postrouting priority srcnat; {{rules}}; }; }""");
    }

    private static Finding JudgeSource(string helper) =>
        Checks().JudgeSource(_proxy, new HelperSockets([IPAddress.Parse(helper)], 114));

    private static NatChecks Checks(Func<IPAddress, bool>? isLocal = null) =>
        Checks(FirewallReading.Read(TestContext.Current.CancellationToken), isLocal);

    private static NatChecks Checks(FirewallReading firewall, Func<IPAddress, bool>? isLocal = null) =>
        new(firewall, evidence: null, 25, isLocal ?? (_ => false), TestWords.Instance);
}
