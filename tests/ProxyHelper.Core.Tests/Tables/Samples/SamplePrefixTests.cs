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
        Dictionary<int, MappingEnds> whole = EndsByLine(ReadTable.Rows(sample.Text, sample.System));
        for (int length = 0; length <= sample.Text.Length; length++)
        {
            NatSystem? system = length % 2 == 0 ? sample.System : null;
            IReadOnlyList<TableRow> rows = ReadTable.Rows(sample.Text[..length], system);
            foreach (TableRow row in rows)
            {
                Assert.True(
                    row.Mapping is null
                        || IsPartOf(row.Mapping.Ends, whole.GetValueOrDefault(row.FirstLine), sample.System),
                    $"{name}, {length} characters: {row}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void A_wrapped_table_has_only_entries_of_the_whole_table(string name)
    {
        NatTableSample sample = NatTableSample.Of(name);
        HashSet<MappingEnds> whole = [.. EndsByLine(ReadTable.Rows(sample.Text, sample.System)).Values];
        string[] lines = sample.Text.Split('\n');
        for (int width = 40; width <= lines.Max(line => line.Length); width++)
        {
            string wrapped = string.Join('\n', lines.Select(line => Wrap(line, width)));
            foreach (TableRow row in ReadTable.Rows(wrapped, sample.System))
            {
                // An event is written at once. The rest of its line is a fault.
                Assert.True(
                    row.Mapping is null || row.IsHistory
                        || whole.Any(ends => IsPartOf(row.Mapping.Ends, ends, sample.System)),
                    $"{name}, {width} columns: {row}");
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
            NatTable table = ReadTable.Whole(sample.Text[..end], sample.System);
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

    private static string Wrap(string line, int width) =>
        string.Join('\n', line.Chunk(width).Select(part => new string(part)));

    // IPFilter shows the protocol after all other ends. A session without it answers no look-up. The next line can show
    // that the session is faulty.
    private static bool IsPartOf(in MappingEnds ends, in MappingEnds whole, NatSystem system) =>
        ends == whole || (system == NatSystem.IPFilter && (ends.Protocol is null || whole == default));

    private static Dictionary<int, MappingEnds> EndsByLine(IReadOnlyList<TableRow> rows) => rows
        .Where(row => row.Mapping is not null)
        .ToDictionary(row => row.FirstLine, row => row.Mapping!.Ends);
}
