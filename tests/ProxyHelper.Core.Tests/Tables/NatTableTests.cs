using ProxyHelper.Addresses;
using ProxyHelper.Mappings;
using ProxyHelper.Tables;
using Xunit;

namespace ProxyHelper.Tests.Tables;

/// <summary>A look-up in a saved table has one answer, or none.</summary>
public sealed class NatTableTests
{
    private const string Entry =
        "tcp 6 99 ESTABLISHED src=10.1.1.1 dst=4.1.1.1 sport=10943 dport=25 "
        + "src=194.0.22.9 dst=194.0.1.1 sport=9199 dport=20119 [ASSURED]";

    private static readonly MappingQuery _query = new(
        IPProtocol.Tcp, TransportEndPoint.Parse("194.0.1.1:20119"), TransportEndPoint.Parse("194.0.22.9:9199"));

    [Theory]
    [InlineData(Entry, TableAnswerReason.Found)]
    [InlineData("garbage\n\n" + Entry + "\n" + Entry, TableAnswerReason.Found)]
    [InlineData(Entry + " zone-reply=1", TableAnswerReason.NotFound)]
    [InlineData("", TableAnswerReason.NotFound)]
    [InlineData("garbage", TableAnswerReason.NotFound)]
    public void The_translated_ends_find_the_mapping(string text, TableAnswerReason reason)
    {
        TableAnswer answer = ReadTable.Whole(text).Find(_query);

        Assert.Equal(reason, answer.Reason);
        string? source = reason == TableAnswerReason.Found ? "10.1.1.1:10943" : null;
        Assert.Equal(source, answer.Mapping?.Ends.OriginalSource?.ToString());
    }

    [Fact]
    public void Two_entries_with_different_original_ends_are_no_answer()
    {
        string other = Entry.Replace("10.1.1.1", "10.1.1.2", StringComparison.Ordinal);

        Assert.Equal(TableAnswerReason.Ambiguous, ReadTable.Whole($"{Entry}\n{other}").Find(_query).Reason);
        Assert.Equal(TableAnswerReason.Found, ReadTable.Whole($"{Entry}\n{Entry}").Find(_query).Reason);
    }

    [Fact]
    public void Faults_are_counted_with_their_lines()
    {
        NatTable table = ReadTable.Whole($"{Entry}\ngarbage\n");

        Assert.Equal((NatSystem.Conntrack, 1, 1), (table.System, table.Count, table.FaultCount));
        TableRow fault = Assert.Single(table.Faults);
        Assert.Equal((2, "garbage"), (fault.FirstLine, fault.Fault!.Text));
    }
}
