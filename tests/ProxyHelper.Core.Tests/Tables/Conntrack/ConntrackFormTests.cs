using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Mappings;
using ProxyHelper.Tables;
using Xunit;

namespace ProxyHelper.Tests.Tables.Conntrack;

/// <summary>Tests events, cut lines and mixed text of the conntrack tool.</summary>
public sealed class ConntrackFormTests
{
    private const string Line =
        "tcp 6 99 ESTABLISHED src=10.1.1.1 dst=4.1.1.1 sport=10943 dport=25 "
        + "src=194.0.22.9 dst=194.0.1.1 sport=9199 dport=20119";

    private const string Options =
        "-t 99 -u SEEN_REPLY -s 10.1.1.1 -d 4.1.1.1 -g 194.0.22.9 -n 194.0.1.1 -p tcp --sport 10943 --dport 25 "
        + "--reply-port-src 9199 --reply-port-dst 20119 --state ESTABLISHED";

    private const string Flow =
        "<meta direction=\"original\"><layer3 protonum=\"2\"><src>10.1.1.1</src><dst>4.1.1.1</dst></layer3>"
        + "<layer4 protonum=\"6\"><sport>10943</sport><dport>25</dport></layer4></meta><meta direction=\"reply\">"
        + "<layer3 protonum=\"2\"><src>194.0.22.9</src><dst>194.0.1.1</dst></layer3><layer4 protonum=\"6\">"
        + "<sport>9199</sport><dport>20119</dport></layer4></meta><meta direction=\"independent\"><timeout>9</timeout>"
        + "</meta>";

    private static readonly MappingQuery _query = new(
        IPProtocol.Tcp, TransportEndPoint.Parse("194.0.1.1:20119"), TransportEndPoint.Parse("194.0.22.9:9199"));

    [Theory]
    [InlineData(Line + " mark=0 use=1", TableAnswerReason.Found)]
    [InlineData("    [NEW] " + Line, TableAnswerReason.History)]
    [InlineData(" [UPDATE] " + Line, TableAnswerReason.History)]
    [InlineData("[1795626295.652019]\t[DESTROY] " + Line + " [USERSPACE] portid=1", TableAnswerReason.History)]
    [InlineData("-A " + Options, TableAnswerReason.Found)]
    [InlineData("-U " + Options, TableAnswerReason.History)]
    [InlineData("-D " + Options, TableAnswerReason.History)]
    [InlineData("-A " + Options + " [USERSPACE] portid=1", TableAnswerReason.History)]
    [InlineData("-A " + Options + "\n-D " + Options, TableAnswerReason.History)]
    [InlineData("-A -w 1 " + Options, TableAnswerReason.NotFound)]
    [InlineData("-A --orig-zone 1 " + Options, TableAnswerReason.Found)]
    [InlineData("-A --reply-zone 1 " + Options, TableAnswerReason.NotFound)]
    [InlineData("<conntrack><flow>" + Flow + "</flow></conntrack>", TableAnswerReason.Found)]
    [InlineData("<conntrack><flow type=\"new\">" + Flow + "</flow> [USERSPACE] portid=1", TableAnswerReason.History)]
    [InlineData("<conntrack><flow type=\"destroy\">" + Flow + "</flow>\n</conntrack>", TableAnswerReason.History)]
    [InlineData(Line + " mark=0 use=1\n    [NEW] " + Line, TableAnswerReason.History)]
    public void An_event_never_answers(string text, TableAnswerReason reason) =>
        Assert.Equal(reason, ReadTable.Whole(text).Find(_query).Reason);

    [Theory]
    [InlineData("[1795626295.652019]\t    [NEW] " + Line, ConntrackChangeKind.New, "2026-11-25T17:04:55")]
    [InlineData("[1795626295.65    ]\t[UPDATE] " + Line, ConntrackChangeKind.Updated, "2026-11-25T17:04:55")]
    [InlineData("[DESTROY] " + Line, ConntrackChangeKind.Destroyed, null)]
    [InlineData("-U " + Options, ConntrackChangeKind.Updated, null)]
    [InlineData("<flow type=\"update\">" + Flow + "</flow>", ConntrackChangeKind.Updated, null)]
    [InlineData("<flow type=\"destroy\">" + Flow + "<when/></flow>", ConntrackChangeKind.Destroyed, null)]
    public void An_event_has_its_kind_and_time(string text, ConntrackChangeKind kind, string? at)
    {
        TableRow row = Assert.Single(ReadTable.Rows($"{text}\n"));
        var change = Assert.IsType<ConntrackChange>(row.Mapping);
        Assert.Equal((kind, at, true), (change.Change, change.At?.ToString("s"), row.IsHistory));
    }

    [Fact]
    public void The_time_of_an_event_in_XML_is_local_time()
    {
        const string when = "<when><hour>23</hour><min>09</min><sec>38</sec><wday>5</wday><day>26</day>"
            + "<month>11</month><year>2026</year></when>";
        TableRow row = Assert.Single(ReadTable.Rows($"<flow type=\"new\">{Flow}{when}</flow>"));
        Assert.Equal(
            new DateTime(2026, 11, 26, 23, 9, 38, DateTimeKind.Local),
            ((ConntrackChange)row.Mapping!).At!.Value.LocalDateTime);
    }

    [Theory]
    [InlineData(Line, "1-1: the line is cut")]
    [InlineData(Line + " mark=1", "1-1: the line is cut")]
    [InlineData("-A -t 99 -u UNSET -s 10.1.1.1 -d 4.1.1.1 -r 4.1.1.1 -n 9.9.9.9 -p tcp --sport 1 --dport 2 "
        + "--reply-port-src 2 --reply-port-dst 1", "1-1: the line is cut")]
    [InlineData("-A -s 10.1.1.1 -d 4.1.1.1 -r 4.1.1.1 -n 9.9.9.9 -p smtp", "1-1: not the number of a protocol: smtp")]
    [InlineData("-A -t 9 -s 10.1.1.1 -d 4.1.1.1 -r 4.1.1.1",
        "1-1: no name and number of a protocol at the start, such as 'tcp 6'")]
    [InlineData("-A -t 9 -s 10.1.1.1 -d 4.1.1 -r", "1-1: not an address: 4.1.1")]
    [InlineData("<conntrack>\n<flow>" + Flow, "2-2: the end of the element is missing")]
    [InlineData("<conntrack>\n", "1-1: the end of the XML is missing")]
    [InlineData("<conntrack>\n</conntrack>\n" + Line + "\n", "3-3: text outside the XML")]
    [InlineData("<conntrack>\n<flow><a></flow>\n</conntrack>", "2-2: not XML; 3-3: the end of the XML is missing")]
    [InlineData("<flow><meta direction=\"original\"/></flow>", "1-1: no source address in the original direction")]
    public void A_text_that_is_cut_or_mixed_is_a_fault(string text, string expected) =>
        Assert.Equal(expected, string.Join("; ", ReadTable.Rows(text).Select(ReadTable.Describe)));

    [Fact]
    public void Prompts_and_the_summary_of_the_tool_are_passed_over()
    {
        const string summary = "conntrack v1.4.7 (conntrack-tools): 1 flow entries have been shown.";
        foreach (string text in (string[])[$"{Line} use=1", $"-A {Options}", $"<flow>{Flow}</flow>"])
        {
            string terminal = $"vyos@router:~$ \nroot@router:~# conntrack -L\n{text}\n\n{summary}\n";
            TableRow row = Assert.Single(ReadTable.Rows(terminal));
            Assert.NotNull(row.Mapping);
        }
    }
}
