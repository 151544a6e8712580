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
    private static readonly ToolOutput _noRules = CapturedRules.Output(
        "nft", """{"nftables": [{"metainfo": {"version": "1.0.6"}}]}""");

    private static readonly ToolOutput _noSave = CapturedRules.Missing("iptables-save");
    private static readonly string[] _natAndRaw = ["nat", "raw"];

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
        _natAndRaw);

    [Theory]
    [InlineData("iptables-nft-save")]
    [InlineData("iptables-legacy-save")]
    public void Rules_that_two_tools_show_are_read_once(string tool)
    {
        string[] tools = [tool, "iptables-save"];
        ToolOutput[] saves = [.. tools.Select(name => CapturedRules.Written(name, $"{tool}.txt"))];
        int once = FirewallReading.Of(_ => _noRules, saves[..1], []).Rules.RuleCount;
        Assert.NotEqual(0, once);
        Assert.Equal(once, FirewallReading.Of(_ => _noRules, saves, []).Rules.RuleCount);
    }

    [Fact]
    public void Rules_of_iptables_are_unclear_with_nft_only() =>
        Check("Warning Warning Warning", CapturedRules.Written("nft", "nft-of-iptables.json"), [_noSave]);

    [Fact]
    public void Without_tools_nothing_is_claimed() =>
        Check("Warning Warning Warning", CapturedRules.Missing("nft"), [_noSave], proxy: null);

    [Fact]
    public void A_tool_that_fails_claims_nothing() =>
        Check("Warning Warning Warning", CapturedRules.Failing("nft"), [CapturedRules.Failing("iptables-save")]);

    [Fact]
    public void Rules_that_no_tool_has_read_may_be_loaded() =>
        Check("Warning Warning Warning", _noRules, [], _natAndRaw);

    [Theory]
    [InlineData("iptables-nft-save", "iptables-nft-save.txt", "Error: JSON support not compiled-in")]
    [InlineData("iptables-legacy-save", "iptables-legacy-save.txt", "Operation not permitted (you must be root)")]
    public void What_nft_could_not_read_is_in_each_finding_although_iptables_has_the_rules(
        string tool, string capture, string fault)
    {
        Finding[] findings = Check(
            "Warning Warning Warning",
            CapturedRules.Failing("nft", fault),
            [CapturedRules.Written(tool, capture)],
            tool == "iptables-legacy-save" ? _natAndRaw : []);
        Assert.All(findings, finding => Assert.Contains(fault, finding.Reason, StringComparison.Ordinal));
        Assert.All(findings, finding => Assert.Contains("nft list ruleset", finding.Action, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("nat", "Warning Warning Passed")]
    [InlineData("raw", "Passed Passed Warning")]
    [InlineData("filter", "Passed Passed Passed")]
    [InlineData("mangle", "Passed Passed Passed")]
    public void A_table_of_the_older_interface_that_was_not_read_is_in_the_findings_that_depend_on_the_table(
        string table, string expected)
    {
        Finding[] findings = Check(
            expected,
            CapturedRules.Written("nft", "nft.json"),
            [CapturedRules.Failing("iptables-legacy-save", "cannot initialize table")],
            [table]);
        Assert.All(
            findings.Where(finding => finding.Severity != Severity.Passed),
            finding => Assert.Contains("cannot initialize table", finding.Reason, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"nftables": [{"table": {"family": "ip", "name": "odd"}}]}""", "table ip odd was not read")]
    [InlineData("""{"nftables": [{"table": {"family": "new", "name": "odd"}}]}""", "the family of table new odd")]
    public void A_table_that_cannot_be_read_is_in_each_finding(string tables, string reason)
    {
        ToolOutput failing = CapturedRules.Failing("nft");
        FirewallReading firewall = FirewallReading.Of(
            arguments => arguments is ["tables"] ? CapturedRules.Output("nft", tables) : failing,
            [CapturedRules.Written("iptables-legacy-save", "iptables-legacy-save.txt")],
            _natAndRaw);
        Assert.All(
            Judge("Warning Warning Warning", firewall, "194.0.22.9:9199"),
            finding => Assert.Contains(reason, finding.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public void A_table_that_iptables_save_shows_is_not_listed_by_nft()
    {
        var listed = new List<string>();
        ToolOutput tables = CapturedRules.Output(
            "nft",
            """
            {"nftables": [{"table": {"family": "ip", "name": "nat"}}, {"table": {"family": "ip", "name": "raw"}},
                          {"table": {"family": "ip6", "name": "nat"}}, {"table": {"family": "inet", "name": "nat"}}]}
            """);
        FirewallReading firewall = FirewallReading.Of(
            arguments =>
            {
                listed.Add(string.Join(' ', arguments));
                return arguments is ["tables"] ? tables : _noRules;
            },
            [CapturedRules.Written("iptables-nft-save", "iptables-nft-save.txt")],
            []);
        Judge("Passed Passed Passed", firewall, "194.0.22.9:9199");
        Assert.Equal(["tables", "table inet nat"], listed);
    }

    [Fact]
    public void If_all_rules_were_read_a_rule_that_is_not_among_them_is_missing() =>
        Check("Failed Failed Warning", _noRules, []);

    private static Finding[] Check(
        string expected,
        ToolOutput nft,
        ToolOutput[] saves,
        string[]? legacyTables = null,
        string? proxy = "194.0.22.9:9199") =>
        Judge(expected, FirewallReading.Of(_ => nft, saves, legacyTables ?? []), proxy);

    private static Finding[] Judge(string expected, FirewallReading firewall, string? proxy)
    {
        NatChecks checks = TestRules.Checks(firewall);
        DestinationJudgement destination =
            checks.JudgeDestination(proxy is null ? null : TransportEndPoint.Parse(proxy));
        Finding source = checks.JudgeSource(destination, _helper);
        Finding notrack = NotrackCheck.Judge(firewall, evidence: null, _helper, destination.Proxy);
        Assert.Equal(expected, $"{destination.Finding.Severity} {source.Severity} {notrack.Severity}");
        Finding[] findings = [destination.Finding, source, notrack];
        Assert.All(findings, FindingAssert.HasAction);
        return findings;
    }
}
