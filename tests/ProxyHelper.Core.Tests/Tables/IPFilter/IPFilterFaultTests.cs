using ProxyHelper.Addresses;
using ProxyHelper.Mappings;
using ProxyHelper.Sources;
using ProxyHelper.Tables;
using Xunit;

namespace ProxyHelper.Tests.Tables.IPFilter;

/// <summary>A listing of ipnat that is cut, mixed or doubtful gives errors with line numbers, and no answer.</summary>
public sealed class IPFilterFaultTests
{
    private const string Heading = "List of active sessions:\n";
    private const string Map = "MAP 10.1.1.1        10943 <- -> 203.0.113.1     20119 [198.51.100.9 9199] tcp\n";
    private const string Redirect = "RDR 198.51.100.9    9199  <- -> 192.0.2.25      25    [10.1.1.1 10943] tcp\n";
    private const string OtherRedirect = "RDR 198.51.100.9    9199  <- -> 192.0.2.26      25    [10.1.1.2 10943] tcp\n";
    private const string Both = "BIMAP 10.1.1.80       80    <- -> 203.0.113.80    80    [198.51.100.77 33333] tcp\n";
    private const string Values =
        "\tttl 240 use 1 sumd 0x1/0x1 pr 6 bkt 1/2 flags 1\n\tifp a,b bytes 1/2 pkts 3/4 ipsumd 1\n";

    private const string ToProxy = "203.0.113.1:20119 198.51.100.9:9199";

    [Theory]
    [InlineData("MAP 10.1.1.1 10943 203.0.113.1 20119 [198.51.100.9 9199]", "not a session")]
    [InlineData("MAP user.lan 10943 <- -> 203.0.113.1 20119 [198.51.100.9 9199]", "not an address: user.lan")]
    [InlineData("MAP 010.1.1.1 10943 <- -> 203.0.113.1 20119 [198.51.100.9 9199]", "not an address: 010.1.1.1")]
    [InlineData("MAP 10.1.1.1 10943 <- -> 203.0.113.1 [198.51.100.9 9199]", "not a port: [198.51.100.9 9199]")]
    [InlineData("MAP 10.1.1.1 10943 <- -> 203.0.113.1 70000 [198.51.100.9 9199]", "not a port: 70000")]
    [InlineData("MAP 10.1.1.1 10943 <- -> 203.0.113.1 smtp [198.51.100.9 9199]", "not a port: smtp")]
    [InlineData("MAP 10.1.1.1 10943 <- -> 203.0.113.1 20119 [198.51.100.9 91", "no peer in brackets")]
    [InlineData("MAP 10.1.1.1 10943 <- -> 203.0.113.1 20119 [198.51.100.9 9199] tc", "not a protocol: tc")]
    [InlineData("MAP 10.1.1.1 10943 <- -> 203.0.113.1 20119 [198.51.100.9 9199] tcp x", "unexpected text: x")]
    [InlineData("MAP 10.1.1.1 <- -> 203.0.113.1 [198.51.100.9] tcp", "no ports")]
    [InlineData("MAP 10.1.1.1 1 <- -> 2001:db8::1 2 [2001:db8::2 3] tcp", "addresses of IPv4 and of IPv6")]
    [InlineData("RWR-MAP 10.1.1.6 40003 <- -> 203.0.113.1 20123 198.51.100.19 54321 tcp", "an end is missing")]
    [InlineData("MOP 10.1.1.1 1 <- -> 203.0.113.1 2 [198.51.100.9 3] tcp", "not a type of sessions: MOP")]
    [InlineData("\tttl 240 use 1 sumd 0x1/0x1 pr 6 bkt 1/2 flags 1", "a value without a session")]
    [InlineData("MAP 2001:db8::1%em0 1 <- -> 2001:db8::1 2 [2001:db8::2 3] tcp", "not an address: 2001:db8::1%em0")]
    [InlineData("anything", "not a session")]
    public void A_line_that_is_not_a_session_is_an_error(string line, string reason)
    {
        TableRow row = Assert.Single(ReadTable.Rows($"{Heading}\n{line}\n"));

        Assert.Equal((3, TableFaultKind.Invalid, reason), (row.FirstLine, row.Fault!.Kind, row.Fault.Reason));
        Assert.Equal(line, row.Fault.Text);
    }

    [Theory]
    [InlineData("DIV-RDR 127.0.0.1 9000 <- -> 192.0.2.53 53 [10.1.1.8 5353] udp")]
    [InlineData("ENC-MAP 127.0.0.1 9000 <- -> 192.0.2.53 53 [10.1.1.8 5353] udp")]
    [InlineData("unknown(0041) 10.1.1.9 1 <- -> 203.0.113.1 2 [192.0.2.9 3] tcp")]
    [InlineData("RDR CLONE 10.1.1.25 0 <- -> 192.0.2.30 0 [0.0.0.0 0]")]
    [InlineData("MAP CLONE 10.1.1.25 21 <- -> 192.0.2.30 21 [192.0.2.31 0]")]
    public void An_entry_without_a_connection_is_an_error_that_hides_no_session(string line)
    {
        TableRow row = Assert.Single(ReadTable.Rows(Heading + line));

        Assert.Equal(TableFaultKind.OtherEntry, row.Fault!.Kind);
        Assert.Equal(TableAnswerReason.Found, Find($"{Heading}{line}\n{Map}", ToProxy));
    }

    [Theory]
    [InlineData(Map + Redirect, TableAnswerReason.Found)]
    [InlineData(Map, TableAnswerReason.Found)] // nothing redirects to the destination
    [InlineData(Map + OtherRedirect, TableAnswerReason.Half)]
    [InlineData(Map + "garbage\n", TableAnswerReason.Half)]
    [InlineData(Map + "--More--\n", TableAnswerReason.Half)]
    [InlineData(Redirect, TableAnswerReason.NotFound)]
    [InlineData(Redirect + "--More--\n", TableAnswerReason.Paged)]
    [InlineData(Map + Redirect + Redirect + Map, TableAnswerReason.Found)] // one table that was saved twice
    public void A_session_that_may_have_lost_its_other_half_is_no_answer(string sessions, TableAnswerReason reason) =>
        Assert.Equal(reason, Find(Heading + sessions, ToProxy));

    [Theory]
    [InlineData(Map, 0)]
    [InlineData(Map + Redirect, 1)]
    public void A_helper_has_no_answer_without_the_redirection_to_its_proxy(string sessions, int count)
    {
        var query = new MappingQuery(
            IPProtocol.Tcp, TransportEndPoint.Parse("203.0.113.1:20119"), TransportEndPoint.Parse("198.51.100.9:9199"));

        Assert.Equal(count, TableAnswers.Find(ReadTable.Whole(Heading + sessions), query).Mappings.Count);
    }

    [Fact]
    public void A_session_that_is_in_no_table_never_answers()
    {
        string orphan = Map.Replace("MAP", "MAP ORPHAN", StringComparison.Ordinal);
        string redirect = Redirect.Replace("RDR", "RDR ORPHAN", StringComparison.Ordinal);

        Assert.Equal(TableAnswerReason.Half, Find(Heading + orphan, ToProxy));
        Assert.Equal(TableAnswerReason.Half, Find(Heading + orphan + Redirect, ToProxy));
        Assert.Equal(TableAnswerReason.Half, Find(Heading + Map + redirect, ToProxy));
        Assert.Equal(TableAnswerReason.Ambiguous, Find(Heading + Map + orphan, ToProxy));
    }

    [Fact]
    public void A_source_that_was_translated_before_it_came_in_is_no_answer()
    {
        string before = "MAP 10.9.9.9 777 <- -> 10.1.1.1 10943 [192.0.2.25 25] tcp\n";

        Assert.Equal(TableAnswerReason.Half, Find(Heading + before + Map + Redirect, ToProxy));
    }

    [Fact]
    public void A_session_of_a_rule_for_both_directions_is_tried_both_ways()
    {
        Assert.Equal("10.1.1.80:80 198.51.100.77:33333", Ends(Both, "203.0.113.80:80 198.51.100.77:33333"));
        Assert.Equal("198.51.100.77:33333 203.0.113.80:80", Ends(Both, "198.51.100.77:33333 10.1.1.80:80"));

        string same = "MAP 10.1.1.80 81 <- -> 198.51.100.77 33333 [10.1.1.80 80] tcp\n";
        Assert.Equal(TableAnswerReason.Ambiguous, Find(Both + same, "198.51.100.77:33333 10.1.1.80:80"));
    }

    [Fact]
    public void A_session_without_protocol_is_listed_and_never_answers()
    {
        string session = Map.Replace(" tcp", string.Empty, StringComparison.Ordinal);

        Assert.Null(Assert.Single(ReadTable.Rows(session)).Mapping!.Ends.Protocol);
        Assert.Equal(TableAnswerReason.NoProtocol, Find(session, ToProxy));
        Assert.Equal(TableAnswerReason.Found, Find(session + Values, ToProxy));
        string other = session.Replace("10943", "1", StringComparison.Ordinal);
        Assert.Equal(TableAnswerReason.Ambiguous, Find(session + Values + Both + other, ToProxy));
    }

    [Theory]
    [InlineData("pr 17 ", "not the protocol of the session", 2)]
    [InlineData("pr 6/17 ", "not the number of a protocol", 2)]
    [InlineData("pr x ", "not the number of a protocol", 2)]
    public void An_entry_that_contradicts_itself_is_an_error(string protocol, string reason, int line)
    {
        string values = Values.Replace("pr 6 ", protocol, StringComparison.Ordinal);

        TableRow fault = ReadTable.Rows(Map + values).Single(row => row.Fault is not null);

        Assert.Equal((line, reason), (fault.FirstLine, fault.Fault!.Reason));
    }

    [Fact]
    public void Two_entries_that_lost_lines_between_them_are_not_one()
    {
        string session = Map.Replace(" tcp", string.Empty, StringComparison.Ordinal);

        List<TableRow> rows = ReadTable.Rows(session + Values + Values);

        Assert.Equal((4, "the second 'ttl' of a session"), (rows[0].FirstLine, rows[0].Fault!.Reason));
        Assert.DoesNotContain(rows, row => row.Mapping is not null);
    }

    [Fact]
    public void A_cut_session_is_shown_as_it_is_and_is_an_error()
    {
        string session = Map.Replace(" tcp", string.Empty, StringComparison.Ordinal);

        List<TableRow> rows = ReadTable.Rows(Map + Values + session + Values[..30]);

        Assert.Equal([(1, 3, false), (4, 4, false), (5, 5, true)], rows.Select(Place));
        rows = ReadTable.Rows(Map + Values + session);
        Assert.Equal([(1, 3, false), (4, 4, false), (4, 4, true)], rows.Select(Place));
        Assert.Equal(TableFaultKind.Incomplete, rows[2].Fault!.Kind);
    }

    [Theory]
    [InlineData("# ipnat -l\n", "#\n")]
    [InlineData("root@nat:~ # ipnat -l\n", "root@nat:~ # \n")]
    [InlineData("nat$ sudo ipnat -l\n", "nat$ ")]
    public void What_a_terminal_adds_is_no_error(string before, string after)
    {
        TableRow row = Assert.Single(ReadTable.Rows(before + Heading + Map + after));

        Assert.NotNull(row.Mapping);
    }

    [Fact]
    public void Only_the_list_of_sessions_has_sessions()
    {
        const string rules = "List of active MAP/Redirect filters:\n"
            + "rdr tun0 192.0.2.25/32 port 25 -> 198.51.100.9 port 9199 tcp\n";

        List<TableRow> rows = ReadTable.Rows($"{rules}{Map}\n{Heading}{Map}\nList of active host mappings:\n{Map}");

        Assert.Equal([(3, 3, true), (6, 6, false), (9, 9, true)], rows.Select(Place));
    }

    private static (int First, int Last, bool IsFault) Place(TableRow row) =>
        (row.FirstLine, row.LastLine, row.Fault is not null);

    private static TableAnswerReason Find(string text, string ends) => Answer(text, ends).Reason;

    private static string Ends(string text, string ends)
    {
        TableAnswer answer = Answer(text, ends);
        return $"{answer.Mapping?.Ends.OriginalSource} {answer.Mapping?.Ends.OriginalDestination}";
    }

    private static TableAnswer Answer(string text, string ends)
    {
        string[] parts = ends.Split(' ');
        return ReadTable.Whole(text).Find(new MappingQuery(
            IPProtocol.Tcp, TransportEndPoint.Parse(parts[0]), TransportEndPoint.Parse(parts[1])));
    }
}
