using ProxyHelper.Addresses;
using ProxyHelper.Mappings;
using ProxyHelper.Tables;
using Xunit;

namespace ProxyHelper.Tests.Tables.Cisco;

/// <summary>A listing of Cisco that is cut, mixed or doubtful gives errors with line numbers, and no answer.</summary>
public sealed class CiscoFaultTests
{
    private const string Row = "tcp 203.0.113.9:20119  10.1.1.1:10943     192.0.2.25:25      198.51.100.9:9199\n";
    private const string Values =
        "    create 00:00:34, use 00:00:33 timeout:86400000, left 00:00:26, \n    flags: \n"
        + "extended, use_count: 0, VRF : green, entry-id: 10, lc_entries: 0\n";

    private const string XERow =
        "tcp  40.40.40.1:35150      10.0.2.4:35150        10.10.2.4:22          10.10.2.4:22\n";
    private const string XEValues = """
          create: 02/12/25 16:15:19, use: 02/12/25 16:20:30, timeout: 23:58:38
          RuleID : 2
          Flags: unknown
          ALG Application Type: NA
          WLAN-Flags: unknown
          Mac-Address: 0000.0000.0000    Input-IDB: GigabitEthernet2
          entry-id: 0xe894bbd0, use_count:1
          In_pkts: 1503 In_bytes: 104762, Out_pkts: 1500 Out_bytes: 107698 
          Output-IDB: GigabitEthernet1 


        """;

    private const string NotFive = "a translation has a protocol and four ends";
    private const string ToProxy = "203.0.113.9:20119 198.51.100.9:9199";

    [Theory]
    [InlineData("tcp 203.0.113.9:1 10.1.1.1:2 192.0.2.25:25", NotFive)]
    [InlineData("tcp 203.0.113.9:1 10.1.1.1:2 192.0.2.25:25198.51.100.9:9199", NotFive)]
    [InlineData("tcp 203.0.113.9:1 10.1.1.1:2 192.0.2.25:25 198.51.100.9:9199 x", NotFive)]
    [InlineData("tcp 203.0.113.9:1 10.1.1.1:2 192.0.2.25:25 198.51.100", "not an address: 198.51.100")]
    [InlineData("tcp 203.0.113.9:1 10.1.1.1:2 192.0.2.025:25 198.51.100.9:9199", "not an address: 192.0.2.025:25")]
    [InlineData("tcp 203.0.113.9:1 10.1.1.1:2 192.0.2.25:smtp 198.51.100.9:9199", "not a port: smtp")]
    [InlineData("tcp 203.0.113.9:1 10.1.1.1:2 192.0.2.25:25 198.51.100.9:70000", "not a port: 70000")]
    [InlineData("esp 203.0.113.9:0 10.1.0.2:0 192.0.2.2:0 192.0.2.2:A3B4C5D6", "not a port: A3B4C5D6")]
    [InlineData("tcp 203.0.113.9:1 10.1.1.1:2 192.0.2.25 198.51.100.9", "a connection without a port")]
    [InlineData("--- --- --- --- ---", "a translation without an end")]
    [InlineData(".100.102:62834", "neither a translation nor a value of one")]
    [InlineData("% Invalid input detected at '^' marker.", "neither a translation nor a value of one")]
    [InlineData("    flags: ", "a value without a translation")]
    [InlineData("Total number of translations: many", "no number of translations")]
    public void A_line_that_is_not_a_translation_is_an_error(string line, string reason)
    {
        TableRow row = Assert.Single(ReadTable.Rows(CiscoForm.Heading + line));

        Assert.Equal((2, TableFaultKind.Invalid, reason), (row.FirstLine, row.Fault!.Kind, row.Fault.Reason));
        Assert.Equal(line, row.Fault.Text);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(0, true)]
    [InlineData(2, true)]
    public void A_number_of_translations_that_differs_from_the_rows_is_an_error(int total, bool isFault)
    {
        List<TableRow> rows = ReadTable.Rows($"{Row}Total number of translations: {total}\n");

        Assert.Equal(isFault, rows.Count == 2);
        Assert.Equal(isFault ? TableFaultKind.Incomplete : null, rows[^1].Fault?.Kind);
    }

    [Fact]
    public void What_a_terminal_adds_is_no_error()
    {
        const string head = "Router#show ip nat translations\n"
            + "Load for five secs: 1%/0%; one minute: 1%; five minutes: 1%\n"
            + "Time source is NTP, 03:00:01.234 UTC Fri Nov 27 2026\n\n";

        TableRow row = Assert.Single(ReadTable.Rows(head + CiscoForm.Heading + Row + "Router#\n"));

        Assert.Equal(6, row.FirstLine);
        Assert.NotNull(row.Mapping);
    }

    [Fact]
    public void A_table_of_another_kind_is_refused()
    {
        const string table = "Pro Source global      Source local       Destin  local      Destin  global\n" + Row;

        List<TableRow> rows = ReadTable.Rows(CiscoForm.Heading + table);

        Assert.Equal([TableFaultKind.WrongForm, TableFaultKind.Invalid], rows.Select(row => row.Fault!.Kind));
    }

    [Fact]
    public void An_entry_that_is_cut_before_its_identifier_is_an_error_because_its_routing_domain_is_unknown()
    {
        int start = (Row + Values).Length;
        int complete = start + (Row + Values).IndexOf("entry-id: 1", StringComparison.Ordinal) + "entry-id: 1".Length;
        string text = Row + Values + Row + Values;
        for (int length = start; length < text.Length; length++)
        {
            List<TableRow> rows = ReadTable.Rows(text[..length]);

            Assert.Equal("green", Assert.IsType<RouterMapping>(rows[0].Mapping).RoutingDomain);
            Assert.Equal(length >= complete ? 2 : 1, rows.Count(row => row.Mapping is not null));
            Assert.Equal(length >= complete || length == start, rows.TrueForAll(row => row.Fault is null));
        }
    }

    [Fact]
    public void A_pager_that_erased_its_mark_is_an_error_and_the_row_after_it_is_read()
    {
        string erased = " --More-- " + new string('\b', 10) + new string(' ', 10) + new string('\b', 10);

        List<TableRow> rows = ReadTable.Rows(Row + erased + Row + "Total number of translations: 2\n");

        Assert.Equal([null, TableFaultKind.Paged, null], rows.Select(row => row.Fault?.Kind));
    }

    [Fact]
    public void A_pager_in_the_middle_of_an_entry_can_have_joined_two_entries()
    {
        string cut = Values.Replace("    flags", " --More-- \n    flags", StringComparison.Ordinal);

        List<TableRow> rows = ReadTable.Rows(Row + Values + Row + cut + Row + Values);

        Assert.Equal(
            [null, TableFaultKind.Incomplete, TableFaultKind.Paged, null], rows.Select(row => row.Fault?.Kind));
    }

    [Fact]
    public void Two_entries_that_lost_lines_between_them_are_not_one()
    {
        string lastValues = Values.Replace("00:00:34", "00:00:35", StringComparison.Ordinal)
            .Replace("entry-id: 10", "entry-id: 11", StringComparison.Ordinal);

        List<TableRow> rows = ReadTable.Rows(Row + Values + lastValues);

        Assert.Equal((5, "the second 'create' of a translation"), (rows[1].FirstLine, rows[1].Fault!.Reason));
        var first = Assert.IsType<RouterMapping>(rows[0].Mapping);
        Assert.Equal((2, "10", 34), (rows.Count, first.Id, first.Age?.TotalSeconds));

        rows = ReadTable.Rows(Row + Values[..70] + "\n" + lastValues);

        Assert.DoesNotContain(rows, row => row.Mapping is not null);
    }

    [Fact]
    public void IOS_XE_shows_the_time_that_remains()
    {
        const string row = "---  40.40.40.1            10.0.2.4              ---                   ---\n";
        string text = $"{row}{XEValues}{XERow}{XEValues}Total number of translations: 2\n";

        List<TableRow> rows = ReadTable.Rows(text);

        Assert.Equal([(1, 10), (12, 21)], rows.Select(row => (row.FirstLine, row.LastLine)));
        var mapping = Assert.IsType<RouterMapping>(rows[1].Mapping);
        Assert.Equal(new TimeSpan(23, 58, 38), mapping.Timeout);
        Assert.Equal(("0xe894bbd0", null), (mapping.Id, mapping.RoutingDomain));
        Assert.Equal(("1503", "GigabitEthernet2", "unknown"),
            (mapping.Details["In_pkts"], mapping.Details["Input-IDB"], mapping.Details["flags"]));
        Assert.Equal(MappingPart.Static, Assert.IsType<RouterMapping>(rows[0].Mapping).Part);
    }

    [Theory]
    [InlineData("1d02h", 93_600)]
    [InlineData("3w2d", 1_987_200)]
    [InlineData("1y1w", 32_140_800)]
    [InlineData("123:45:06", 445_506)]
    [InlineData("soon", null)]
    [InlineData("00:99:00", null)]
    public void Long_times_have_other_units(string left, int? seconds)
    {
        string values = Values.Replace("left 00:00:26", $"left {left}", StringComparison.Ordinal);

        Assert.Equal(seconds, ReadTable.Rows(Row + values)[0].Mapping!.TimeoutSeconds);
    }

    [Theory]
    [InlineData("red", TableAnswerReason.Ambiguous)]
    [InlineData("green", TableAnswerReason.Found)]
    public void The_same_ends_in_two_routing_domains_are_two_hosts(string domain, TableAnswerReason reason)
    {
        string other = Values.Replace("green", domain, StringComparison.Ordinal)
            .Replace("entry-id: 10", "entry-id: 11", StringComparison.Ordinal);

        Assert.Equal(reason, Find(Row + Values + Row + other, ToProxy));
    }

    [Theory]
    [InlineData(Row, ToProxy, TableAnswerReason.Found)]
    [InlineData(Row, "192.0.2.25:25 10.1.1.1:10943", TableAnswerReason.Found)] // opened from the outside
    [InlineData(Row, "10.1.1.1:10943 192.0.2.25:25", TableAnswerReason.NotFound)]
    [InlineData(Row + "--More-- \n", ToProxy, TableAnswerReason.Found)]
    [InlineData(" --More-- \n" + Row, "192.0.2.1:1 192.0.2.2:2", TableAnswerReason.Paged)]
    [InlineData("tcp 203.0.113.9:25 10.1.1.1:25 --- ---\n" + Row, "192.0.2.1:1 10.1.1.1:25", TableAnswerReason.Static)]
    [InlineData("--- 203.0.113.9 10.1.1.1 --- ---\n" + Row, "203.0.113.9:1 192.0.2.2:2", TableAnswerReason.Static)]
    [InlineData(
        Row + "tcp 10.1.1.1:10943 203.0.113.9:1 203.0.113.9:20119 198.51.100.9:9199\n", ToProxy,
        TableAnswerReason.Found)]
    [InlineData(
        Row + "tcp 192.0.2.1:1 198.51.100.9:9199 203.0.113.9:20119 192.0.2.2:2\n", ToProxy,
        TableAnswerReason.Ambiguous)] // the second row as opened from the outside
    public void A_row_is_tried_both_ways(string text, string ends, TableAnswerReason reason) =>
        Assert.Equal(reason, Find(CiscoForm.Heading + text, ends));

    private static TableAnswerReason Find(string text, string ends)
    {
        string[] parts = ends.Split(' ');
        return ReadTable.Whole(text).Find(new MappingQuery(
            IPProtocol.Tcp, TransportEndPoint.Parse(parts[0]), TransportEndPoint.Parse(parts[1]))).Reason;
    }
}
