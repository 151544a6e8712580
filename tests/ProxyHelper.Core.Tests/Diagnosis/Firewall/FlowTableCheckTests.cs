using ProxyHelper.Addresses;
using ProxyHelper.Diagnosis;
using ProxyHelper.Diagnosis.Firewall;
using Xunit;

namespace ProxyHelper.Tests.Diagnosis.Firewall;

/// <summary>
/// Tests the finding about flow tables. The capture is from Linux 6.1, because not every kernel has flow tables.
/// </summary>
public sealed class FlowTableCheckTests
{
    private const string Flow = """{"flow": {"op": "add", "flowtable": "@ft"}}""";
    private const string NotTo = """{"payload": {"protocol": "th", "field": "dport"}} != 9199""";
    private const string NotFrom = """{"payload": {"protocol": "th", "field": "sport"}} != 9199""";

    private static readonly string _capture = CapturedRules.Read("nft-flow-table.json");

    [Fact]
    public void A_rule_that_moves_the_connections_is_a_warning_with_the_table_and_the_port()
    {
        Finding finding = Judge(_capture, new EntryCounts(9, 5, 3));
        FindingAssert.HasSeverity(Severity.Warning, finding);
        Assert.Contains("'flow add @ft' in table inet fast, chain forward.", finding.Reason, StringComparison.Ordinal);
        Assert.Contains(" 3 connections to proxies are in a flow table now.", finding.Reason, StringComparison.Ordinal);
        Assert.Equal(
            "Add 'th dport != 9199 th sport != 9199' before 'flow add' in this rule. " +
            "To see the rule: nft list table inet fast",
            finding.Action);
    }

    [Theory]
    [InlineData("""{"meta": {"key": "l4proto"}} == {"set": ["tcp", "udp"]}""", Severity.Warning)] // OpenWrt
    [InlineData($"{NotTo} ; {NotFrom}", Severity.Passed)]
    [InlineData(NotTo, Severity.Warning)] // the replies do it
    [InlineData("""{"payload": {"protocol": "udp", "field": "dport"}} == 53""", Severity.Passed)]
    [InlineData("""{"payload": {"protocol": "tcp", "field": "dport"}} == {"set": [80, 443]}""", Severity.Passed)]
    [InlineData("""{"meta": {"key": "mark"}} == 1""", Severity.Warning)] // may do it
    [InlineData("""{"payload": {"protocol": "ip", "field": "daddr"}} == ["10.9.9.9"]""", Severity.Warning)] // a user
    public void The_conditions_of_the_rule_count(string conditions, Severity expected)
    {
        string[] matches =
        [
            .. from condition in conditions.Split(" ; ")
               let words = condition.Split([" == ", " != "], StringSplitOptions.None)
               let sign = condition.Contains(" != ", StringComparison.Ordinal) ? "!=" : "=="
               select $$"""{"match": {"op": "{{sign}}", "left": {{words[0]}}, "right": {{words[1]}} } }""",
        ];
        FindingAssert.HasSeverity(expected, Judge(Rules(string.Join(", ", [.. matches, Flow]))));
    }

    [Fact]
    public void An_older_nft_writes_the_statement_as_text() =>
        FindingAssert.HasSeverity(Severity.Warning, Judge(Rules("\"flow add @ft\"")));

    [Fact]
    public void A_flow_table_without_a_rule_passes() =>
        FindingAssert.HasSeverity(Severity.Passed, Judge(Rules("""{"accept": null}""")));

    [Fact]
    public void An_offloaded_connection_is_enough_for_a_warning()
    {
        Finding finding = Judge(Rules("""{"accept": null}"""), new EntryCounts(1, 1, 1));
        FindingAssert.HasSeverity(Severity.Warning, finding);
        Assert.StartsWith("1 connections to proxies are in a flow table", finding.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_that_were_not_read_are_a_warning_unless_the_entries_show_that_nothing_is_offloaded()
    {
        FirewallReading unread = FirewallReading.Of(_ => CapturedRules.Failing("nft"), [], []);
        FindingAssert.HasSeverity(Severity.Warning, new FlowTableCheck(unread, 25).Judge([], null));
        FindingAssert.HasSeverity(Severity.Warning, new FlowTableCheck(unread, 25).Judge([], new EntryCounts(4, 0, 0)));
        FindingAssert.HasSeverity(Severity.Passed, new FlowTableCheck(unread, 25).Judge([], new EntryCounts(4, 2, 0)));
    }

    [Fact]
    public void The_target_of_OpenWrt_is_known()
    {
        FirewallReading firewall = TestRules.ReadSave(
            "*filter\n:FORWARD ACCEPT [0:0]\n" +
            "-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j FLOWOFFLOAD --hw\nCOMMIT\n*nat\nCOMMIT\n");
        FindingAssert.HasSeverity(Severity.Warning, new FlowTableCheck(firewall, 25).Judge([], null));
    }

    private static string Rules(string expressions) => $$"""
        {"nftables": [
            {"flowtable": {"family": "inet", "name": "ft", "table": "fast"} },
            {"chain": {"family": "inet", "table": "fast", "name": "forward", "type": "filter", "hook": "forward",
                "prio": 0, "policy": "accept"} },
            {"rule": {"family": "inet", "table": "fast", "chain": "forward", "expr": [{{expressions}}]} }
        ]}
        """;

    private static Finding Judge(string table, EntryCounts? entries = null)
    {
        const string tables = """{"nftables": [{"table": {"family": "inet", "name": "fast"}}]}""";
        FirewallReading firewall = FirewallReading.Of(
            arguments => CapturedRules.Output("nft", arguments is ["tables"] ? tables : table), [], []);
        Finding finding = new FlowTableCheck(firewall, 25).Judge([TransportEndPoint.Parse("194.0.22.9:9199")], entries);
        FindingAssert.HasAction(finding);
        return finding;
    }
}
