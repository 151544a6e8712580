using ProxyHelper.Addresses;
using ProxyHelper.Mappings;
using ProxyHelper.Tables;
using Xunit;

namespace ProxyHelper.Tests.Tables;

/// <summary>
/// Tests texts that end without a line end. Their last port can have lost digits, so that a row that ends with a port
/// is a fault. A row that ends with anything else is whole.
/// </summary>
public sealed class CutTextTests
{
    private const string Cisco = "Pro Inside global      Inside local       Outside local      Outside global\n"
        + "tcp 203.0.113.5:1024 10.0.0.5:1024 198.51.100.7:8080 198.51.100.7:80";

    private const string Save = "-A -t 27 -u SEEN_REPLY -s 10.1.1.1 -d 192.0.2.53 -r 192.0.2.53 -n 203.0.113.1 -p udp "
        + "--sport 5353 --dport 53 --reply-port-src 53 --reply-port-dst 1096";

    private const string Event = "[DESTROY] udp 17 src=10.1.1.1 dst=192.0.2.53 sport=5353 dport=53 src=192.0.2.53 "
        + "dst=203.0.113.1 sport=53 dport=1096";

    private const string Entry = "udp 17 20 src=10.1.1.1 dst=192.0.2.53 sport=5353 dport=53 src=192.0.2.53 "
        + "dst=203.0.113.1 sport=53 dport=1096 mark=0 use=1";

    private const string Windows = "Protocol : 6\nInternalSourceAddress : 10.0.0.5\nInternalSourcePort : 1024\n"
        + "InternalDestinationAddress : 192.0.2.1\nInternalDestinationPort : 80\n"
        + "ExternalSourceAddress : 203.0.113.5\nExternalSourcePort : 1024\n"
        + "ExternalDestinationAddress : 192.0.2.1\nExternalDestinationPort : 80";

    private static readonly MappingQuery _ciscoQuery = new(
        IPProtocol.Tcp, TransportEndPoint.Parse("203.0.113.5:1024"), TransportEndPoint.Parse("198.51.100.7:80"));

    [Theory]
    [InlineData(Cisco)]
    [InlineData(Save)]
    [InlineData(Event)]
    [InlineData(Windows)]
    public void Only_a_line_end_proves_that_the_last_port_is_whole(string text)
    {
        Assert.Equal(TableFaultKind.Incomplete, Assert.Single(ReadTable.Rows(text)).Fault?.Kind);
        Assert.NotNull(Assert.Single(ReadTable.Rows($"{text}\n")).Mapping);
        Assert.NotNull(Assert.Single(ReadTable.Rows($"{text}\r\n")).Mapping);
    }

    [Theory]
    [InlineData(Entry)]
    [InlineData(Save + "\n" + "-A -t 9 -u UNSET -s 10.1.1.1 -d 4.1.1.1 -r 4.1.1.1 -n 9.9.9.9 -p tcp --sport 1 "
        + "--dport 2 --reply-port-src 2 --reply-port-dst 1 --state SYN_SENT")]
    [InlineData("--- 203.0.113.9 10.0.0.9 --- ---")]
    [InlineData("all tcp 203.0.113.5:62001 (10.0.0.5:50112) -> 192.0.2.25:25       ESTABLISHED:FIN_WAIT_2")]
    [InlineData(Windows + "\nNatName : nat1")]
    public void A_row_that_ends_with_another_value_is_whole_without_a_line_end(string text) =>
        Assert.All(ReadTable.Rows(text), row => Assert.NotNull(row.Mapping));

    [Fact]
    public void A_cut_row_answers_no_look_up()
    {
        Assert.Equal(TableAnswerReason.NotFound, ReadTable.Whole(Cisco).Find(_ciscoQuery).Reason);
        Assert.Equal(TableAnswerReason.Found, ReadTable.Whole($"{Cisco}\n").Find(_ciscoQuery).Reason);
    }

    // The line "80" would be a row of protocol 80 if it had more words.
    [Fact]
    public void A_wrapped_row_answers_no_look_up()
    {
        const string other = "udp 203.0.113.5:9 10.0.0.5:9 198.51.100.7:9 198.51.100.7:9";
        NatTable table = ReadTable.Whole($"{Cisco}\n80\n{other}\n");

        Assert.Equal((1, 1), (table.Count, table.FaultCount));
        Assert.Equal(TableAnswerReason.NotFound, table.Find(_ciscoQuery).Reason);
    }

    [Theory]
    [InlineData(Event)]
    [InlineData("[UPDATE] udp 17 30 src=10.1.1.1 dst=\n")]
    public void A_faulty_event_still_shows_that_the_text_is_history(string change)
    {
        var query = new MappingQuery(
            IPProtocol.Udp, TransportEndPoint.Parse("203.0.113.1:1096"), TransportEndPoint.Parse("192.0.2.53:53"));

        Assert.Equal(TableAnswerReason.Found, ReadTable.Whole($"{Entry}\n").Find(query).Reason);
        Assert.Equal(TableAnswerReason.History, ReadTable.Whole($"{Entry}\n{change}").Find(query).Reason);
    }

    [Fact]
    public void A_session_of_IPFilter_with_rewritten_ends_needs_its_protocol()
    {
        const string row = "List of active sessions:\n"
            + "RWR-MAP 10.1.1.6 40003 192.0.2.26 54<- -> 203.0.113.1 20123 198.51.100.19 54";

        Assert.NotNull(Assert.Single(ReadTable.Rows($"{row} tcp\n")).Mapping);
        Assert.Equal("no protocol after the ends", Assert.Single(ReadTable.Rows($"{row}\n")).Fault?.Reason);
    }
}
