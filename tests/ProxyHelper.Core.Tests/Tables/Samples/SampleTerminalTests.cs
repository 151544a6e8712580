using ProxyHelper.Mappings;
using ProxyHelper.Tables;
using Xunit;

namespace ProxyHelper.Tests.Tables.Samples;

/// <summary>Tests what terminals, editors and Windows do to a table on its way to a file.</summary>
public sealed class SampleTerminalTests
{
    public static TheoryData<string> Samples => SampleTests.Samples;

    [Theory]
    [MemberData(nameof(Samples))]
    public void A_mark_of_the_byte_order_and_line_ends_of_Windows_change_nothing(string name)
    {
        NatTableSample sample = NatTableSample.Of(name);

        AssertSame(sample, '\uFEFF' + sample.Text.ReplaceLineEndings("\r\n"), firstLine: 1);
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Blank_lines_around_a_table_change_nothing(string name)
    {
        NatTableSample sample = NatTableSample.Of(name);

        AssertSame(sample, $"\n  \n{sample.Text}\n\n", firstLine: 3);
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void The_line_of_a_pager_is_reported_and_no_look_up_trusts_the_table(string name)
    {
        NatTableSample sample = NatTableSample.Of(name);
        if (!sample.Name.EndsWith(".txt", StringComparison.Ordinal) || sample.System is NatSystem.Conntrack)
        {
            return; // These tables come from programs without a pager.
        }

        NatTable table = ReadTable.Whole(sample.Text + "--More-- \n", sample.System);

        Assert.Contains(table.Faults, fault => fault.Fault!.Kind == TableFaultKind.Paged);
        foreach (ExpectedLookup lookup in sample.Lookups.Where(lookup => lookup.OriginalSource is null))
        {
            Assert.NotEqual(TableAnswerReason.NotFound, table.Find(lookup.Query).Reason);
        }
    }

    private static void AssertSame(NatTableSample sample, string text, int firstLine)
    {
        IReadOnlyList<TableRow> plain = ReadTable.Rows(sample.Text, sample.System);
        foreach (NatSystem? system in new NatSystem?[] { null, sample.System })
        {
            Assert.Equal(
                plain.Select(row => (row.FirstLine + firstLine - 1, row.Mapping?.Ends, row.Fault?.Reason)),
                ReadTable.Rows(text, system).Select(row => (row.FirstLine, row.Mapping?.Ends, row.Fault?.Reason)));
        }
    }
}
