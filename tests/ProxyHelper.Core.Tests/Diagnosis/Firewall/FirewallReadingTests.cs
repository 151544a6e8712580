using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Diagnosis;
using ProxyHelper.Diagnosis.Firewall;
using Xunit;

namespace ProxyHelper.Tests.Diagnosis.Firewall;

/// <summary>
/// Tests the findings for the tools that are installed. No finding claims more than the tools showed.
/// </summary>
public sealed class FirewallReadingTests
{
    private static readonly HelperSockets _helper = new([IPAddress.Parse("194.0.1.1")], 114);
    private static readonly ToolOutput _noRules = new(
        "nft", """{"nftables": [{"metainfo": {"version": "1.0.6"}}]}""", null);
    private static readonly ToolOutput _noSave = CapturedRules.Missing("iptables-save");

    [Fact]
    public void Rules_of_nftables_need_only_nft() =>
        Check("Passed Passed Passed", CapturedRules.Written("nft", "nft.json"), [_noSave]);

    [Theory]
    [InlineData("iptables-nft-save")]
    [InlineData("iptables-save")]
    public void Rules_of_iptables_need_iptables_save(string tool) => Check(
        "Passed Passed Passed",
        CapturedRules.Written("nft", "nft-of-iptables.json"),
        [CapturedRules.Written(tool, "iptables-nft-save.txt")]);

    [Theory]
    [InlineData("iptables-legacy-save")]
    [InlineData("iptables-save")]
    public void Rules_of_the_older_interface_need_iptables_save(string tool) => Check(
        "Passed Passed Passed",
        _noRules,
        [CapturedRules.Written(tool, "iptables-legacy-save.txt")],
        hasLegacyTables: true);

    [Fact]
    public void Rules_of_iptables_are_unclear_with_nft_only() =>
        Check("Warning Warning Warning", CapturedRules.Written("nft", "nft-of-iptables.json"), [_noSave]);

    [Fact]
    public void Without_tools_nothing_is_claimed() =>
        Check("Warning Skipped Warning", CapturedRules.Missing("nft"), [_noSave], proxy: null);

    [Fact]
    public void A_tool_that_fails_claims_nothing() =>
        Check("Warning Warning Warning", CapturedRules.Failing("nft"), [CapturedRules.Failing("iptables-save")]);

    [Fact]
    public void Rules_that_no_tool_has_read_may_be_loaded() =>
        Check("Warning Warning Warning", _noRules, [], hasLegacyTables: true);

    [Fact]
    public void If_all_rules_were_read_a_rule_that_is_not_among_them_is_missing() =>
        Check("Failed Failed Warning", _noRules, []);

    private static void Check(
        string expected,
        ToolOutput nft,
        ToolOutput[] saves,
        bool hasLegacyTables = false,
        string? proxy = "194.0.22.9:9199")
    {
        FirewallReading firewall = FirewallReading.Of(nft, saves, hasLegacyTables);
        var checks = new NatChecks(firewall, evidence: null, 25, TestWords.Instance);
        TransportEndPoint? target = proxy is null ? null : TransportEndPoint.Parse(proxy);
        (Finding destination, target) = checks.JudgeDestination(target);
        Finding source = checks.JudgeSource(target, _helper);
        Finding notrack = NotrackCheck.Judge(firewall, evidence: null, _helper, target);
        Assert.Equal(expected, $"{destination.Severity} {source.Severity} {notrack.Severity}");
        Assert.All((Finding[])[destination, source, notrack], FindingAssert.HasAction);
    }
}
