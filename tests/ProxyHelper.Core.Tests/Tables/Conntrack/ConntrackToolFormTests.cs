using ProxyHelper.Conntrack;
using ProxyHelper.Tests.Conntrack;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Tables.Conntrack;

/// <summary>Compares what the real tool writes as XML and as options with listings of the same table.</summary>
public sealed class ConntrackToolFormTests
{
    private const int Many = 2000;

    [Fact]
    public void XML_of_the_tool_equals_the_listing() => ToolTable.With(Many, () => AssertSame("xml", ValuesOfXml));

    [Fact]
    public void XML_of_the_tool_has_counters_and_starts_if_the_kernel_keeps_them() =>
        ToolTable.With(Many, () => AssertSame("xml,ktimestamp", ValuesOfXml), "acct", "timestamp");

    [Fact]
    public void Options_of_the_tool_equal_the_listing() =>
        ToolTable.With(Many, () => AssertSame("save", ValuesOfOptions));

    private static void AssertSame(string option, Func<ConntrackEntry, string> describe)
    {
        List<ConntrackEntry> saved = [.. ReadTool("ipv4", option), .. ReadTool("ipv6", option)];
        string[] listed = [.. ConntrackTable.Enumerate().Select(entry => describe(entry)).Order()];
        Assert.Equal(Many + 1, listed.Length);
        Assert.Equal(listed, saved.Select(entry => describe(entry)).Order());
    }

    private static IEnumerable<ConntrackEntry> ReadTool(string family, string option) => ReadTable
        .Rows(Tool.Run("conntrack", ["-L", "-f", family, "-o", option]))
        .Select(row => Assert.IsType<ConntrackEntry>(row.Mapping, exactMatch: false));

    // XML has no message of ICMP.
    private static string ValuesOfXml(ConntrackEntry entry) =>
        $"{Tuple(entry.Original, hasMessage: false)} {Tuple(entry.Reply, hasMessage: false)} {entry.OriginalZone} "
        + $"{entry.ReplyZone} {entry.State} {entry.Status & ToolTable.StatusInText} {entry.Mark} {entry.Id} "
        + $"{entry.OriginalPackets} {entry.OriginalBytes} {entry.ReplyPackets} {entry.ReplyBytes} {entry.StartedAt}";

    // Options have the identifier of the original direction only, and the tool does not know the newer states of SCTP.
    private static string ValuesOfOptions(ConntrackEntry entry)
    {
        bool isTranslated = entry.OriginalSource.Address != entry.TranslatedSource.Address;
        ConnectionState? state = entry.State == ConnectionState.HeartbeatSent ? null : entry.State;
        return $"{Tuple(entry.Original, hasMessage: true)} {Tuple(entry.Reply, hasMessage: !isTranslated)} "
            + $"{entry.OriginalZone} {entry.ReplyZone} {state} {entry.Status & ToolTable.StatusInText}";
    }

    private static ConntrackTuple Tuple(ConntrackTuple tuple, bool hasMessage) => tuple.Icmp is null || hasMessage
        ? tuple
        : tuple with { Source = tuple.Source.WithPort(0), Destination = tuple.Destination.WithPort(0), Icmp = null };
}
