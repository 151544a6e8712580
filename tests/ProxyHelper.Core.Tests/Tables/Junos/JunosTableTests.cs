using ProxyHelper.Addresses;
using ProxyHelper.Mappings;
using ProxyHelper.Tables;
using Xunit;

namespace ProxyHelper.Tests.Tables.Junos;

/// <summary>Tests sessions of clusters, tunnels, other states, and text that is cut or mixed.</summary>
public sealed class JunosTableTests
{
    private const string Session = """
        Session ID: 7, Policy name: nat/4, HA State: Active, Timeout: 298, Session State: Valid
          In: 10.1.1.1/10943 --> 4.1.1.1/25;tcp, Conn Tag: 0x0, If: ge-0/0/1.0, Pkts: 7, Bytes: 1188,
          Out: 194.0.22.9/9199 --> 194.0.1.1/20119;tcp, Conn Tag: 0x0, If: ge-0/0/0.0, Pkts: 6, Bytes: 3881,

        """;

    private const string Xml = """
        <rpc-reply><flow-session-information>
        <flow-session><session-identifier>7</session-identifier><sess-state>Valid</sess-state>
        <flow-information><direction>In</direction><source-address>10.1.1.1</source-address>
        <source-port>10943</source-port>
        <destination-address>4.1.1.1</destination-address><destination-port>25</destination-port>
        <protocol>tcp</protocol>
        </flow-information>
        <flow-information><direction>Out</direction><source-address>194.0.22.9</source-address>
        <source-port>9199</source-port>
        <destination-address>194.0.1.1</destination-address><destination-port>20119</destination-port>
        <protocol>tcp</protocol>
        </flow-information></flow-session>
        </flow-session-information></rpc-reply>
        """;

    private static readonly MappingQuery _query = new(
        IPProtocol.Tcp, TransportEndPoint.Parse("194.0.1.1:20119"), TransportEndPoint.Parse("194.0.22.9:9199"));

    [Theory]
    [InlineData("", TableAnswerReason.Found)]
    [InlineData("node1:\n----\nSession ID: 8, Policy name: nat/4, HA State: Backup, Timeout: 9, Session State: Valid\n"
        + "  In: 10.1.1.1/10943 --> 4.1.1.1/25;tcp, If: a,\n  Out: 194.0.22.9/9199 --> 194.0.1.1/20119;tcp, If: b,\n",
        TableAnswerReason.Found)]
    [InlineData("node1:\n----\nSession ID: 8, Policy name: nat/4, HA State: Backup, Timeout: 9, Session State: Valid\n"
        + "  In: 10.1.1.2/10943 --> 4.1.1.1/25;tcp, If: a,\n  Out: 194.0.22.9/9199 --> 194.0.1.1/20119;tcp, If: b,\n",
        TableAnswerReason.Ambiguous)]
    [InlineData("Session ID: 8, Policy name: nat/4, Timeout: 0, Session State: Invalidated\n"
        + "  In: 10.1.1.1/10943 --> 4.1.1.9/25;tcp, If: a,\n  Out: 194.0.22.9/9199 --> 194.0.1.1/20119;tcp, If: b,\n",
        TableAnswerReason.Ambiguous)]
    public void A_session_of_the_other_node_must_agree(string more, TableAnswerReason reason) =>
        Assert.Equal(reason, Find(Session + more).Reason);

    [Theory]
    [InlineData("Invalidated", TableAnswerReason.NotFound)]
    [InlineData("Pending", TableAnswerReason.NotFound)]
    [InlineData("valid", TableAnswerReason.Found)]
    public void Only_a_valid_session_answers(string state, TableAnswerReason reason)
    {
        Assert.Equal(reason, Find(Session.Replace("Valid", state, StringComparison.Ordinal)).Reason);
        Assert.Equal(reason, Find(Xml.Replace("Valid", state, StringComparison.Ordinal)).Reason);
    }

    [Fact]
    public void A_ping_is_found_by_its_addresses_if_there_is_one()
    {
        const string ping = "Session ID: 35, Policy name: a/5, Timeout: 2, Valid\n\n"
            + "  In: 10.1.1.1/7 --> 4.1.1.1/3111;icmp, If: a,\n  Out: 4.1.1.1/3111 --> 194.0.1.1/18693;icmp, If: b,\n";
        var query = new MappingQuery(
            IPProtocol.Icmp, TransportEndPoint.Parse("194.0.1.1:5"), TransportEndPoint.Parse("4.1.1.1:0"));

        Assert.Equal(TableAnswerReason.Found, ReadTable.Whole(ping).Find(query).Reason);
        string next = ping.Replace("/7", "/8", StringComparison.Ordinal);
        Assert.Equal(TableAnswerReason.Found, ReadTable.Whole(ping + next).Find(query).Reason);
        string other = ping.Replace("10.1.1.1", "10.1.1.2", StringComparison.Ordinal);
        Assert.Equal(TableAnswerReason.Ambiguous, ReadTable.Whole(ping + other).Find(query).Reason);
    }

    [Theory]
    [InlineData("Total sessions: 0\n", "")]
    [InlineData("Session ID: 7, Policy name: N/A, Timeout: N/A, Valid\n  In: 1.1.1.1/1 --> 2.2.2.2/1;gre, If: a\n", "")]
    [InlineData("Session ID: 7, Policy name: p/4, Timeout: 9, Valid\n  In: 1.1.1.1/1 --> 2.2.2.2/1;tcp, If: a\n",
        "1-2: the session has no line 'Out'")]
    [InlineData("Session ID: 7, Policy name: p/4, Timeout: 9, Valid\n\nroot@srx> \n",
        "1-1: the session has no line 'In'")]
    [InlineData("Session ID: 7, Timeout: 9\n  In: 1.1.1.1/1 --> 2.2.2.2/1;tcp,\n  Out: 2.2.2.2/1 --> 1.1.1.1/1;tcp\n",
        "1-3: 'In' and 'Out' have different values: the session is cut")]
    [InlineData("Session ID: 7, Timeout: 9\n  In: 1.1.1.1/1 --> 2.2.2.2/1;tcp\n  Out: 2.2.2.2/1 --> 1.1.1.1/1;udp\n",
        "1-3: 'In' and 'Out' have different protocols")]
    [InlineData("Session ID: 7, Timeout: 9\n  In: 1.1.1.1/1 --> 2.2.2.2/1;tcp, Pkts: 1\n7, Bytes: 9\n  Out: 2.2.2.2/1",
        "3-3: not a value of a session")]
    [InlineData("Session ID: 7, Timeout: 9\n  In: 1.1.1.1/1 --> 2.2.2.2/1;tcp\ntcp 6 99 CLOSE src=1\n  Out: 2.2.2.2\n",
        "3-3: not a value of a session")]
    [InlineData("Session ID: 7, Timeout: 9\n  In: 1.1.1.1/65536 --> 2.2.2.2/1;tcp\n",
        "2-2: not two ends and a protocol, such as 10.1.1.1/10943 --> 4.1.1.1/25;tcp")]
    [InlineData("Session ID: 7, Timeout: 9\n  In: host/1 --> 2.2.2.2/1;tcp\n",
        "2-2: not two ends and a protocol, such as 10.1.1.1/10943 --> 4.1.1.1/25;tcp")]
    [InlineData("Total sessions: 1\n  Out: 2.2.2.2/1 --> 1.1.1.1/1;tcp\n", "2-2: the line 'Session ID' is missing")]
    [InlineData("Total sessions: 1\nerror: syntax error\n", "2-2: not a part of a session")]
    public void What_is_not_a_session_is_a_fault(string text, string expected) =>
        Assert.Equal(expected, string.Join("; ", ReadTable.Rows(text).Select(ReadTable.Describe)));

    [Fact]
    public void The_resources_of_a_session_are_no_fault()
    {
        TableRow row = Assert.Single(ReadTable.Rows("Session ID: 5, Policy name: p/1, Timeout: 2, Valid\n"
            + "Resource information : FTP ALG, 1, 0\n"
            + "  In: 10.1.1.1/10943 --> 4.1.1.1/21;tcp, If: a, Pkts: 1, Bytes: 2\n"
            + "  Out: 4.1.1.1/21 --> 194.0.1.1/20119;tcp, If: b, Pkts: 1, Bytes: 2\n"));

        Assert.Equal((1, 4, true), (row.FirstLine, row.LastLine, row.Mapping is not null));
    }

    [Fact]
    public void A_pager_between_the_wings_ends_the_session()
    {
        string text = Session.Replace("\n  Out", "\n---(more 50%)---\r      \r  Out", StringComparison.Ordinal);
        Assert.Equal(TableAnswerReason.Paged, Find(text).Reason);
        Assert.Equal(TableAnswerReason.Found, Find($"{Session}---(more)---\n").Reason);
        Assert.Equal(TableAnswerReason.Paged, Find(Xml.Replace(
            "<destination-port>20119", "\n---(more)---\n<destination-port>20119", StringComparison.Ordinal)).Reason);
    }

    [Fact]
    public void A_cut_text_never_has_another_answer()
    {
        foreach (string text in (string[])[Session, Xml])
        {
            for (int length = 0; length < text.Length; length++)
            {
                TableAnswer answer = Find(text[..length]);
                Assert.True(answer.Reason == TableAnswerReason.NotFound || answer.Mapping!.Ends.OriginalSource == Find(
                    text).Mapping!.Ends.OriginalSource);
                Assert.Equal(
                    answer.Reason == TableAnswerReason.Found,
                    ReadTable.Whole(text[..length]).Count == 1);
            }
        }
    }

    [Fact]
    public void A_session_has_the_values_of_the_router()
    {
        var mapping = (RouterMapping)ReadTable.Rows($"node1:\n----\n{Session}")[0].Mapping!;
        Assert.Equal(
            "Node=node1, Policy=nat/4, HaState=Active, InInterface=ge-0/0/1.0, OutInterface=ge-0/0/0.0",
            string.Join(", ", mapping.Details.Select(pair => $"{pair.Key}={pair.Value}")));
        Assert.Equal(("7", "Valid", 298d), (mapping.Id, mapping.State, mapping.TimeoutSeconds));
    }

    private static TableAnswer Find(string text) => ReadTable.Whole(text).Find(_query);
}
