using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Diagnosis;
using ProxyHelper.Diagnosis.Firewall;
using Xunit;

namespace ProxyHelper.Tests.Diagnosis.Firewall;

/// <summary>What is known of the rules with the tools that there are: never more than they tell.</summary>
public sealed class FirewallReadingTests
{
    private static readonly HelperSockets _helper = new([IPAddress.Parse("194.0.1.1")], 114);
    private static readonly ToolOutput _noRules = new("nft", "{\"nftables\": [{\"metainfo\": {\"version\": \"1.0.6\"}}]}", null);

    [Fact]
    public void Rules_of_nftables_need_nft_alone() =>
        Check("Passed Passed Passed", FirewallReading.Of(CapturedRules.Written("nft", "nft.json"), [CapturedRules.Missing("iptables-save")], hasLegacyTables: false));

    [Theory]
    [InlineData("iptables-nft-save")]
    [InlineData("iptables-save")]
    public void Rules_of_iptables_are_told_by_iptables_save(string tool) => Check(
        "Passed Passed Passed",
        FirewallReading.Of(CapturedRules.Written("nft", "nft-of-iptables.json"), [CapturedRules.Written(tool, "iptables-nft-save.txt")], hasLegacyTables: false));

    [Theory]
    [InlineData("iptables-legacy-save")]
    [InlineData("iptables-save")]
    public void Rules_of_the_older_interface_are_told_by_iptables_save(string tool) =>
        Check("Passed Passed Passed", FirewallReading.Of(_noRules, [CapturedRules.Written(tool, "iptables-legacy-save.txt")], hasLegacyTables: true));

    [Fact]
    public void What_iptables_has_loaded_is_unclear_to_nft_alone() => Check(
        "Warning Warning Warning",
        FirewallReading.Of(CapturedRules.Written("nft", "nft-of-iptables.json"), [CapturedRules.Missing("iptables-save")], hasLegacyTables: false));

    [Fact]
    public void Without_tools_nothing_is_claimed() => Check(
        "Warning Skipped Warning",
        FirewallReading.Of(CapturedRules.Missing("nft"), [CapturedRules.Missing("iptables-save")], hasLegacyTables: false),
        proxy: null);

    [Fact]
    public void A_tool_that_fails_claims_nothing() => Check(
        "Warning Warning Warning",
        FirewallReading.Of(CapturedRules.Failing("nft"), [CapturedRules.Failing("iptables-save")], hasLegacyTables: false));

    [Fact]
    public void What_no_tool_has_read_may_be_there() => Check("Warning Warning Warning", FirewallReading.Of(_noRules, [], hasLegacyTables: true));

    [Fact]
    public void Where_all_was_read_what_is_not_there_is_missing() => Check("Failed Failed Warning", FirewallReading.Of(_noRules, [], hasLegacyTables: false));

    private static void Check(string expected, FirewallReading firewall, string? proxy = "194.0.22.9:9199")
    {
        var checks = new NatChecks(firewall, evidence: null, 25, TestWords.Instance);
        TransportEndPoint? leads = proxy is null ? null : TransportEndPoint.Parse(proxy);
        (Finding destination, leads) = checks.JudgeDestination(leads);
        Finding source = checks.JudgeSource(leads, _helper);
        Finding notrack = NotrackCheck.Judge(firewall, evidence: null, _helper, leads);
        Assert.Equal(expected, $"{destination.Severity} {source.Severity} {notrack.Severity}");
        Assert.All((Finding[])[destination, source, notrack], finding => Assert.Equal(finding.Severity == Severity.Passed, finding.Action.Length == 0));
    }
}
