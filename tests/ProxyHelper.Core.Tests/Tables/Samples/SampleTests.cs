using ProxyHelper.Mappings;
using ProxyHelper.Tables;
using Xunit;

namespace ProxyHelper.Tests.Tables.Samples;

/// <summary>Tests what is found in the tables of real routers, of each system and form.</summary>
public sealed class SampleTests
{
    public static TheoryData<string> Samples { get; } =
        [.. NatTableSample.All.Select(sample => sample.Name)];

    [Theory]
    [MemberData(nameof(Samples))]
    public void The_form_is_recognized_by_its_text(string name)
    {
        NatTableSample sample = NatTableSample.Of(name);
        Assert.Equal(sample.System, ReadTable.Whole(sample.Text).System);
        Assert.Single(TableFormats.All, format => format.Recognizes(sample.Text));
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Each_entry_has_all_its_values(string name)
    {
        NatTableSample sample = NatTableSample.Of(name);
        foreach (NatSystem? system in new NatSystem?[] { null, sample.System })
        {
            TableRow[] rows = [.. Listed(sample, system)];

            Assert.Equal(
                sample.Entries.Select(entry => (entry.FirstLine, entry.LastLine)),
                rows.Select(row => (row.FirstLine, row.LastLine)));
            Assert.Empty(sample.Entries.Zip(rows, (entry, row) => entry.Differences(row)).SelectMany(all => all));
            Assert.All(rows, row => Assert.Equal(sample.System, row.Mapping!.System));
        }
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Each_faulty_line_is_reported_and_no_other_line(string name)
    {
        NatTableSample sample = NatTableSample.Of(name);

        IEnumerable<int> faulty = ReadTable.Rows(sample.Text, sample.System)
            .Where(row => row.Fault is not null)
            .SelectMany(row => Enumerable.Range(row.FirstLine, row.LastLine - row.FirstLine + 1));

        Assert.Equal(sample.FaultyLines, faulty);
        Assert.DoesNotContain(faulty, sample.SilentLines.Contains);
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Each_look_up_has_the_right_answer_or_none(string name)
    {
        NatTableSample sample = NatTableSample.Of(name);
        NatTable table = ReadTable.Whole(sample.Text, sample.System);
        foreach (ExpectedLookup lookup in sample.Lookups)
        {
            TableAnswer answer = table.Find(lookup.Query);

            Assert.Equal(
                (lookup.Query, lookup.OriginalSource, lookup.OriginalDestination),
                (lookup.Query, answer.Mapping?.Ends.OriginalSource, answer.Mapping?.Ends.OriginalDestination));
            Assert.Equal(answer.Mapping is not null, answer.Reason == TableAnswerReason.Found);
        }
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void A_listing_joins_the_states_of_a_connection(string name)
    {
        NatTableSample sample = NatTableSample.Of(name);
        if (sample.Joined.Count == 0)
        {
            return;
        }

        ListingJoin join = TableFormats.Of(sample.System)[0].CreateJoin!();
        TableRow[] rows = [.. ReadTable.Rows(sample.Text, sample.System).Where(row => row.Mapping is not null)];
        foreach (TableRow row in rows)
        {
            join.Add(row.Mapping!);
        }

        HashSet<int> second = [.. sample.Joined.Select(entry => entry.LastLine)];
        TableRow[] expected = [.. rows.Where(row => !second.Contains(row.FirstLine))];
        NatMapping[] listed = [.. join.Joined()];
        Assert.Equal(expected.Length, listed.Length);
        foreach ((TableRow row, NatMapping mapping) in expected.Zip(listed))
        {
            ExpectedEntry? joined = sample.Joined.SingleOrDefault(entry => entry.FirstLine == row.FirstLine);
            Assert.Empty(joined?.Differences(row with { Mapping = mapping }) ?? []);
            Assert.True(joined is not null || mapping.Ends == row.Mapping!.Ends);
        }
    }

    // Cisco shows in one row which side opened the connections of other rows, so that a listing completes all rows.
    private static IEnumerable<TableRow> Listed(NatTableSample sample, NatSystem? system)
    {
        TableRow[] rows = [.. ReadTable.Rows(sample.Text, system).Where(row => row.Mapping is not null)];
        ListingJoin? join = TableFormats.Of(sample.System)[0].CreateJoin?.Invoke();
        if (sample.System is not NatSystem.Cisco || join is null)
        {
            return rows;
        }

        foreach (TableRow row in rows)
        {
            join.Add(row.Mapping!);
        }

        return rows.Zip(join.Joined(), (row, mapping) => row with { Mapping = mapping });
    }
}
