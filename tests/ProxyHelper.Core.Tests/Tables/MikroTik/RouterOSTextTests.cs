using ProxyHelper.Mappings;
using ProxyHelper.Tables;
using Xunit;

namespace ProxyHelper.Tests.Tables.MikroTik;

/// <summary>What terminals and people do to the output of RouterOS never becomes a wrong entry.</summary>
public sealed class RouterOSTextTests
{
    private const string Ends =
        "protocol=tcp src-address=10.1.1.1:1 dst-address=4.1.1.1:25 reply-src-address=4.1.1.1:25 "
        + "reply-dst-address=194.0.1.1:2";

    private const string Entry = " 0  SAC  s  " + Ends + " timeout=5s";
    private const string Mapping = "Tcp 10.1.1.1:1 -> 4.1.1.1:25, translated to 194.0.1.1:2 -> 4.1.1.1:25";
    private const string Indent = "            ";

    [Theory]
    [InlineData("*8001A SC " + Ends + " timeout=1w2d03:04:05")]
    [InlineData("999999 " + Ends + " tcp-state=established timeout=10ms")]
    [InlineData("     0  SAC  s  protocol=tcp src-address=10.1.1.1:1 \n                dst-address=4.1.1.1:25 \n"
        + "                reply-src-address=4.1.1.1:25 reply-dst-address=194.0.1.1:2 orig-bytes=1 \n"
        + "                804 timeout=1s")]
    [InlineData(" 0   ;;; comment = with src-address=1.1.1.1:1\n" + Indent + Ends + " timeout=1s")]
    [InlineData(" 0 S connection-mark=\"a dst-address=1.1.1.1 b\" " + Ends + " timeout=1s")]
    [InlineData(" 0 S " + Ends + " connection-mark=a dst-name=1 b=2 timeout=1s")]
    [InlineData("[admin@MikroTik] > /ip firewall connection print detail\n" + Entry + "\n[admin@MikroTik] > ")]
    [InlineData("Flags: S - seen-reply, A - assured, \nC - confirmed, s - srcnat \n" + Entry)]
    [InlineData("Flags: S - SEEN-REPLY; A - ASSURED\nColumns: PROTOCOL\n" + Entry)]
    public void Each_form_of_an_entry_is_read(string text)
    {
        TableRow row = Assert.Single(ReadTable.Rows(text));

        Assert.Equal(Mapping, row.Mapping?.ToString() ?? row.Fault!.Reason);
    }

    [Theory]
    [InlineData(Ends, 1, "the entry ends with its addresses and ports, so it may be cut")]
    [InlineData(Ends + " timeout=23", 1, "not a value of timeout: 23")]
    [InlineData(Ends + " timeout=1s orig-bytes=1 80", 1, "not a value of orig-bytes: 1 80")]
    [InlineData(Ends + " timeout=1s orig-bytes=18446744073709551616", 1,
        "not a value of orig-bytes: 18446744073709551616")]
    [InlineData(Ends + " timeout=1s src-address=10.1.1.2:1", 1, "more than one src-address")]
    [InlineData(Ends + " connection-mark=a dst-address=1.1.1.1:1 timeout=1s", 1, "more than one dst-address")]
    [InlineData("protocol=tcp src-address=10.1.1.1:1 dst-address=4.1.1.1:25 timeout=1s", 1,
        "no addresses of replies. Use 'print detail without-paging' without a proplist")]
    [InlineData("protocol=tcp src-address=10.1.1.1:1 \n" + Indent + "dst-address=4.1.1.1:25 \n"
        + Indent + "reply-src-address=4.1.1.1:2\n" + Indent + "5 reply-dst-address=194.0.1.1:2 timeout=1s", 4,
        "not a port: 2 5")]
    public void A_wrong_or_cut_entry_is_a_fault(string rest, int lastLine, string reason)
    {
        TableRow row = Assert.Single(ReadTable.Rows(" 0 SAC s " + rest));

        Assert.Equal($"1-{lastLine}: {reason}", ReadTable.Describe(row));
    }

    [Theory]
    [InlineData("10.1.1.1", NatType.None)]
    [InlineData("194.0.1.1", NatType.Source)]
    public void The_identifier_of_ICMP_before_translation_does_not_make_a_ping_translated(string source, NatType type)
    {
        TableRow row = Assert.Single(ReadTable.Rows(
            "0 C protocol=icmp src-address=10.1.1.1 dst-address=4.1.1.1 reply-src-address=4.1.1.1 "
            + $"reply-dst-address={source} icmp-type=8 icmp-code=0 icmp-id=7 timeout=9s"));

        Assert.Equal(type, row.Mapping!.NatType);
        Assert.Equal("10.1.1.1:7", row.Mapping.Ends.OriginalSource.ToString());
    }

    [Fact]
    public void A_line_inside_an_entry_ends_it_and_the_rest_is_a_fault()
    {
        string text = " 0 S " + Ends + " \nsystem,error: login failure\n" + Indent + "timeout=1s\n\n" + Entry;

        Assert.Equal(
            [(1, null), (2, null), (3, null), (5, Mapping)],
            ReadTable.Rows(text).Select(row => (row.FirstLine, row.Mapping?.ToString())));
    }

    [Theory]
    [InlineData("-- [Q quit|D dump|down]", TableFaultKind.Paged)]
    [InlineData("\u001b[9999B\u001b[1m 1  SAC \u001b[0m", TableFaultKind.WrongForm)]
    public void A_pager_and_colors_are_faults_with_the_advice_how_to_avoid_them(string line, TableFaultKind kind)
    {
        List<TableRow> rows = ReadTable.Rows(Entry + "\n" + line + "\n" + Entry);

        Assert.Equal([Mapping, null, Mapping], rows.Select(row => row.Mapping?.ToString()));
        Assert.Equal(kind, rows[1].Fault!.Kind);
        Assert.Contains("USER+cte255w", rows[1].Fault!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Plain_print_has_no_entries_and_the_advice_to_use_detail()
    {
        List<TableRow> rows = ReadTable.Rows(
            "Flags: S - SEEN-REPLY; C - CONFIRMED\nColumns: PROTOCOL, SRC-ADDRESS, DST-ADDRESS\n"
            + "#     PROTOCOL  SRC-ADDRESS    DST-ADDRESS\n0 SC  tcp       10.1.1.1:1     4.1.1.1:25\n");

        TableRow row = Assert.Single(rows);
        Assert.Equal((4, TableFaultKind.WrongForm), (row.FirstLine, row.Fault!.Kind));
        Assert.Contains("print detail without-paging", row.Fault.Reason, StringComparison.Ordinal);
    }
}
