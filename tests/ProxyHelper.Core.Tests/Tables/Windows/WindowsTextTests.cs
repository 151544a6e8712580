using ProxyHelper.Mappings;
using ProxyHelper.Tables;
using Xunit;

namespace ProxyHelper.Tests.Tables.Windows;

/// <summary>What consoles and people do to the sessions of Windows never becomes a wrong entry.</summary>
public sealed class WindowsTextTests
{
    private const string Block =
        """
        NatName                    : natnet
        InternalRoutingDomainId    : {00000000-0000-0000-0000-000000000000}
        Protocol                   : 6
        InternalSourceAddress      : 192.168.100.10
        InternalSourcePort         : 50112
        InternalDestinationAddress : 192.0.2.25
        InternalDestinationPort    : 25
        ExternalSourceAddress      : 203.0.113.5
        ExternalSourcePort         : 62001
        ExternalDestinationAddress : 192.0.2.25
        ExternalDestinationPort    : 25
        """;

    private const string Mapping =
        "Tcp 192.168.100.10:50112 -> 192.0.2.25:25, translated to 203.0.113.5:62001 -> 192.0.2.25:25";

    [Fact]
    public void A_text_that_was_indented_as_a_whole_is_read()
    {
        string text = string.Join('\n', Block.Split('\n').Select(line => $"    {line}")) + '\n';

        TableRow row = Assert.Single(ReadTable.Rows(text));
        Assert.Equal(Mapping, row.Mapping?.ToString());
    }

    [Fact]
    public void A_routing_domain_other_than_the_default_is_shown()
    {
        TableRow row = Assert.Single(
            ReadTable.Rows(Block.Replace("{0000", "{0001", StringComparison.Ordinal) + '\n'));

        Assert.Equal("{00010000-0000-0000-0000-000000000000}", ((RouterMapping)row.Mapping!).RoutingDomain);
    }

    [Theory]
    [InlineData("50112", "", "no value of InternalSourcePort")]
    [InlineData("50112", "501123", "not a port: 501123")]
    [InlineData("203.0.113.5", "gateway", "not an address: gateway")]
    [InlineData(" : 62001", " = 62001", "not a property: ExternalSourcePort         = 62001")]
    [InlineData("\nExternalSourceAddress", "\nWARNING: low memory\nExternalSourceAddress",
        "not a property: WARNING: low memory")]
    [InlineData("ExternalSourcePort ", "internalsourceport ", "more than one InternalSourcePort")]
    public void A_wrong_line_is_a_fault_of_its_block(string text, string replacement, string reason)
    {
        string changed = Block.Replace(text, replacement, StringComparison.Ordinal);
        int lines = changed.Split('\n').Length;

        List<TableRow> rows = ReadTable.Rows($"{changed}\n\n{Block}\n");

        Assert.Equal(
            [$"1-{lines}: {reason}", $"{lines + 2}-{lines + 12}: {Mapping}"], rows.Select(ReadTable.Describe));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(9)]
    public void A_text_that_ends_inside_a_session_has_no_entry(int lines)
    {
        string text = string.Join('\n', Block.Split('\n').Take(lines));

        Assert.Equal(TableFaultKind.Incomplete, Assert.Single(ReadTable.Rows(text)).Fault!.Kind);
    }

    [Fact]
    public void A_table_is_a_fault_with_the_advice_to_use_another_form()
    {
        List<TableRow> rows = ReadTable.Rows(
            "Protocol InternalSourceAddress InternalSourcePort\n-------- ------ -----\nTCP 192.168.100.10 50112\n");

        Assert.All(rows, row => Assert.Contains("ConvertTo-Json", row.Fault!.Reason, StringComparison.Ordinal));
        Assert.Equal([1, 2, 3], rows.Select(row => row.FirstLine));
    }

    [Theory]
    [InlineData("<Objs Version=\"1.1.0.1\">\n<Obj RefId=\"0\">\n<MS>\n<S N=\"InternalSourceAddress\">10.1", 2, 4)]
    [InlineData("<Objs Version=\"1.1.0.1\">\n<Obj RefId=\"0\">\n<MS><S N=\"InternalSourcePort\">1</S></MS></Obj", 2, 3)]
    public void Cut_Clixml_is_a_fault(string text, int firstLine, int lastLine)
    {
        TableRow row = Assert.Single(ReadTable.Rows(text));

        Assert.Equal(
            (firstLine, lastLine, TableFaultKind.Incomplete), (row.FirstLine, row.LastLine, row.Fault?.Kind));
    }

    [Fact]
    public void An_object_of_Clixml_that_is_cut_by_the_next_one_is_a_fault()
    {
        const string start = "<Objs Version=\"1.1.0.1\">\n<Obj RefId=\"0\">\n<MS>\n<S N=\"InternalSourcePort\">1</S>\n";

        List<TableRow> rows = ReadTable.Rows($"{start}<Obj RefId=\"1\">\n<MS></MS>\n</Obj>\n</Objs>\n");

        Assert.Equal(
            ["2-4: another object starts before this one ends", "5-7: no value of Protocol"],
            rows.Select(ReadTable.Describe));
    }
}
