using ProxyHelper.Mappings;
using ProxyHelper.Tables;
using Xunit;

namespace ProxyHelper.Tests.Tables.Samples;

/// <summary>
/// Tests tables that are cut at any character: a full disk, a broken connection, a file that is still written. A cut
/// text has no entry that the whole text does not have.
/// </summary>
public sealed class SamplePrefixTests
{
    public static TheoryData<string> Samples => SampleTests.Samples;

    [Theory]
    [MemberData(nameof(Samples))]
    public void A_cut_table_has_only_entries_of_the_whole_table(string name)
    {
        NatTableSample sample = NatTableSample.Of(name);
        Dictionary<int, MappingEnds> whole = EndsByLine(NatTableSample.Read(sample.Text, sample.System));
        for (int length = 0; length <= sample.Text.Length; length++)
        {
            NatSystem? system = length % 2 == 0 ? sample.System : null;
            IReadOnlyList<TableRow> rows = NatTableSample.Read(sample.Text[..length], system);
            TableRow last = rows.LastOrDefault(row => row.Mapping is not null);
            foreach (TableRow row in rows)
            {
                // The last entry can end in the middle of a port, or lack further lines. A state of pf ends with a word
                // that shows the cut.
                bool isCut = row == last && sample.System != NatSystem.Pf;
                Assert.True(
                    row.Mapping is null || isCut || whole.GetValueOrDefault(row.FirstLine) == row.Mapping.Ends,
                    $"{name}, {length} characters: {row}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void A_cut_table_answers_no_look_up_wrongly(string name)
    {
        NatTableSample sample = NatTableSample.Of(name);
        for (int end = sample.Text.IndexOf('\n', StringComparison.Ordinal); end > 0;
            end = sample.Text.IndexOf('\n', Math.Min(end + 1, sample.Text.Length - 1)))
        {
            using var text = new StringReader(sample.Text[..end]);
            NatTable table = NatTable.Read(text, sample.System);
            foreach (ExpectedLookup lookup in sample.Lookups.Where(lookup => lookup.OriginalSource is not null))
            {
                MappingEnds? ends = table.Find(lookup.Query).Mapping?.Ends;
                if (ends?.OriginalDestination == lookup.Query.Destination)
                {
                    continue; // IPFilter has no row for an end that it does not translate. A helper refuses such a row.
                }

                Assert.Equal(ends is null ? null : lookup.OriginalSource, ends?.OriginalSource);
                Assert.Equal(ends is null ? null : lookup.OriginalDestination, ends?.OriginalDestination);
            }

            if (end == sample.Text.Length - 1)
            {
                break;
            }
        }
    }

    private static Dictionary<int, MappingEnds> EndsByLine(IReadOnlyList<TableRow> rows) => rows
        .Where(row => row.Mapping is not null)
        .ToDictionary(row => row.FirstLine, row => row.Mapping!.Ends);
}
