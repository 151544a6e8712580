using ProxyHelper.Addresses;
using ProxyHelper.Mappings;
using ProxyHelper.Tables;
using Xunit;

namespace ProxyHelper.Tests.Tables.Pf;

/// <summary>Tests the forms of states that no sample has, and the lines that are faults.</summary>
public sealed class PfReaderTests
{
    private const string Good = "all tcp 10.1.1.1:1 -> 10.1.1.2:2       ESTABLISHED:ESTABLISHED";
    private const string Age = "   age 00:00:14, expires in 23:59:51, 4:3 pkts, 216:164 bytes, rule 11";

    [Theory]
    [InlineData("all tcp mail.example:25 <- 10.1.1.1:1       SYN_SENT:CLOSED", "mail.example")]
    [InlineData("all tcp 10.1.1.1:smtp <- 10.1.1.2:1       SYN_SENT:CLOSED", "10.1.1.1:smtp")]
    [InlineData("all tcp ? <- 10.1.1.2:1       SYN_SENT:CLOSED", "?")]
    [InlineData("all tcp 10.1.1.1:70000 <- 10.1.1.2:1       SYN_SENT:CLOSED", "70000")]
    [InlineData("all tcp 10.1.1.1:000025 <- 10.1.1.2:1       SYN_SENT:CLOSED", "000025")]
    [InlineData("all tcp 010.1.1.1:25 <- 10.1.1.2:1       SYN_SENT:CLOSED", "010.1.1.1")]
    [InlineData("all tcp 10.1.1:25 <- 10.1.1.2:1       SYN_SENT:CLOSED", "10.1.1:25")]
    [InlineData("all tcp 2001:db8::1%em0[25] <- 2001:db8::2[1]       SYN_SENT:CLOSED", "%em0")]
    [InlineData("all tcp 2001:db8::1[25 <- 2001:db8::2[1]       SYN_SENT:CLOSED", "2001:db8::1[25")]
    [InlineData("all tcp 10.1.1.1:25 <- 2001:db8::2[1]       SYN_SENT:CLOSED", "IPv4 and of IPv6")]
    [InlineData("all tcp 10.1.1.1:25 (2001:db8::1[25]) <- 10.1.1.2:1       SYN_SENT:CLOSED", "IPv4 and of IPv6")]
    [InlineData("all tcp (192.0.2.25:25) 10.1.1.1:9199 <- 10.1.1.2:1       SYN_SENT:CLOSED", "bracket")]
    [InlineData("all tcp 10.1.1.1:9199 (192.0.2.25:25 <- 10.1.1.2:1       SYN_SENT:CLOSED", "bracket")]
    [InlineData("all tcp 10.1.1.1:9199 192.0.2.25:25) <- 10.1.1.2:1       SYN_SENT:CLOSED", "arrow")]
    [InlineData("all tcp (1) 10.1.1.1:25 <- (2) 10.1.1.2:1       SYN_SENT:CLOSED", "domains")]
    [InlineData("all tcp 10.1.1.1:25 {gw} <- 10.1.1.2:1       SYN_SENT:CLOSED", "gw")]
    [InlineData("all tcp 10.1.1.1:1 -> 10.1.1.2:2 <- 10.1.1.3:3       SYN_SENT:CLOSED", "directions")]
    [InlineData("all tcp 10.1.1.1:1 (10.1.1.4:1) -> 10.1.1.2:2 -> 10.1.1.3:3       SYN_SENT:CLOSED", "versions")]
    [InlineData("all tcp 10.1.1.1:1 -> 10.1.1.2:2       ESTABLISHED:ESTAB", "ESTABLISHED:ESTAB")]
    [InlineData("all tcp 10.1.1.1:1 -> 10.1.1.2:2       <BAD STATE LEVELS 12:1", "<BAD STATE LEVELS 12:1")]
    [InlineData("all tcp 10.1.1.1:1 -> 10.1.1.2:2       ESTABLISHED", "ESTABLISHED")]
    [InlineData("all tcp 10.1.1.1:1 -> 10.1.1.2:2", "before the state")]
    [InlineData("all tcp 10.1.1.1:1", "before an arrow")]
    [InlineData("all 300 10.1.1.1 -> 10.1.1.2       SINGLE:SINGLE", "300")]
    [InlineData("pfctl: /dev/pf: Permission denied", "pfctl:")]
    public void A_line_that_is_not_exact_is_a_fault(string line, string reason)
    {
        TableRow row = Assert.Single(Read(line));

        Assert.Contains(reason, row.Fault!.Reason, StringComparison.Ordinal);
        Assert.Equal((1, 1), (row.FirstLine, row.LastLine));
        Assert.Equal((TableFaultKind.Invalid, line), (row.Fault.Kind, row.Fault.Text));
    }

    [Theory]
    [InlineData("all tcp 10.1.1.1:1 -> 10.1.1.2:2       PROXY:SRC", "PROXY:SRC")]
    [InlineData("all tcp 10.1.1.1:1 -> 10.1.1.2:2       <BAD STATE LEVELS 12:3>", "<BAD STATE LEVELS 12:3>")]
    [InlineData("all sctp 10.1.1.1:1 -> 10.1.1.2:2       COOKIE_WAIT:?", "COOKIE_WAIT:?")]
    [InlineData("all 253 10.1.1.1 -> 10.1.1.2       SINGLE:MULTIPLE", "SINGLE:MULTIPLE")]
    [InlineData("all ax.25 10.1.1.1 -> 10.1.1.2       SINGLE:MULTIPLE", "SINGLE:MULTIPLE")]
    [InlineData("all udp fe80::1%em0[546] -> ff02::1%em0[547]       SINGLE:NO_TRAFFIC", "SINGLE:NO_TRAFFIC")]
    [InlineData("ALL udp 10.1.1.1:1 -> 10.1.1.2:2 -> ~10.1.1.3:3       SINGLE:SINGLE", "SINGLE:SINGLE")]
    [InlineData("ALL udp 10.1.1.1:1 -> 10.1.1.2:2 -> 10.1.1.3~:3       SINGLE:SINGLE", "SINGLE:SINGLE")]
    [InlineData("ALL esp 10.1.1.1:0c4f6e2a -> 10.1.1.3:0c4f6e2b       INITIATING:SINGLE", "INITIATING:SINGLE")]
    [InlineData("ALL gre pptp 10.1.1.1:7 -> 10.1.1.2:8       ESTABLISHED:ESTABLISHED", "ESTABLISHED:ESTABLISHED")]
    public void Each_word_and_mark_of_a_kernel_is_read(string line, string state)
    {
        RouterMapping mapping = ReadOne(line);

        Assert.Equal(state, mapping.State);
        Assert.NotNull(mapping.OriginalSource);
    }

    [Fact]
    public void A_protocol_without_a_known_name_is_listed_and_never_answers()
    {
        RouterMapping mapping = ReadOne("all ax.25 10.1.1.1 -> 10.1.1.2       SINGLE:MULTIPLE");

        Assert.Null(mapping.Protocol);
        Assert.Equal("ax.25", mapping.Details["Protocol"]);
    }

    [Fact]
    public void An_address_that_macOS_does_not_show_is_unknown()
    {
        RouterMapping outState = ReadOne("ALL tcp 2001:db8::1[1] -> 10.1.1.2:2 -> 10.1.1.3:3       SYN_SENT:CLOSED");

        Assert.Null(outState.OriginalDestination);
        Assert.Equal(TransportEndPoint.Parse("[2001:db8::1]:1"), outState.OriginalSource);
        Assert.Equal(TransportEndPoint.Parse("10.1.1.3:3"), outState.TranslatedDestination);
    }

    [Fact]
    public void Only_the_states_of_a_whole_report_are_read()
    {
        string text = $"FILTER RULES:\npass all flags S/SA\n\nSTATES:\n{Good}\n\nINFO:\nStatus: Enabled\n{Good}\n";

        TableRow row = Assert.Single(ReadTable.Rows(text));

        Assert.Equal((5, 5), (row.FirstLine, row.LastLine));
        Assert.NotNull(row.Mapping);
    }

    [Theory]
    [InlineData("root@fw:~ # pfctl -ss")]
    [InlineData("[2.7.2-RELEASE][admin@pfSense.home.arpa]/root: pfctl -ss")]
    [InlineData("fw$ pfctl -ss -vv")]
    [InlineData("fw# ")]
    [InlineData("--")]
    public void Prompts_and_commands_are_ignored(string line)
    {
        TableRow row = Assert.Single(ReadTable.Rows($"{line}\n{Good}\n"));

        Assert.Equal((2, 2), (row.FirstLine, row.LastLine));
        Assert.NotNull(row.Mapping);
    }

    [Fact]
    public void Lines_of_one_state_never_become_values_of_another()
    {
        // A pager swallowed the first line of the second state.
        List<TableRow> rows = Read($"{Good}\n   [1 + 2]  [3 + 4]\n{Age}\n   [5 + 6]  [7 + 8]\n{Age}");

        Assert.Equal([(1, 3), (4, 5)], rows.Select(row => (row.FirstLine, row.LastLine)));
        Assert.NotNull(rows[0].Mapping);
        Assert.Equal(TableFaultKind.Incomplete, rows[1].Fault!.Kind);
    }

    [Theory]
    [InlineData("   age 00:00:14, expires in 23:59:5")]
    [InlineData("   age 00:99:14, expires in 23:59:51, 4:3 pkts, 216:164 bytes")]
    [InlineData("   age 00:00:14, expires in 23:59:51, 4:3 pkts, 216:164 byt")]
    [InlineData("   [1 + 2]  [3 + ")]
    [InlineData("   id: 5415dc6a0000000 creatorid: fc08c4c0")]
    [InlineData("   id: 5415dc6a00000001 creatorid: fc08c4c0 route-to:")]
    [InlineData("   origif:")]
    public void A_cut_line_after_a_state_is_a_fault(string line)
    {
        List<TableRow> rows = Read($"{Good}\n{line}");

        Assert.Equal(2, rows.Count);
        Assert.Null(rows[0].Mapping!.Timeout);
        Assert.Equal((2, TableFaultKind.Invalid), (rows[1].FirstLine, rows[1].Fault!.Kind));
    }

    [Fact]
    public void Lines_of_both_forms_in_one_text_are_a_fault()
    {
        List<TableRow> rows = Read(
            "all tcp 10.1.1.1:1 (10.1.1.4:1) -> 10.1.1.2:2       SYN_SENT:CLOSED\n"
            + "ALL tcp 10.1.1.1:1 -> 10.1.1.2:2 -> 10.1.1.3:3       SYN_SENT:CLOSED");

        Assert.NotNull(rows[0].Mapping);
        Assert.Contains("versions", rows[1].Fault!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_count_of_both_directions_is_no_count_of_one()
    {
        RouterMapping mapping = ReadOne($"{Good}\n   age 00:00:14, expires in 23:59:51, 7 pkts, 380 bytes, rule 1");

        Assert.Equal((null, null), (mapping.OriginalPackets, mapping.ReplyBytes));
        Assert.Equal("1", mapping.Details["rule"]);
    }

    private static RouterMapping ReadOne(string text) =>
        Assert.IsType<RouterMapping>(Assert.Single(Read(text)).Mapping);

    private static List<TableRow> Read(string text) => ReadTable.Rows(text, NatSystem.Pf);
}
