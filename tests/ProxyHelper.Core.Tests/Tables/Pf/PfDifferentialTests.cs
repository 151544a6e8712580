using System.Text;
using ProxyHelper.Addresses;
using ProxyHelper.Mappings;
using ProxyHelper.Tables;
using Xunit;

namespace ProxyHelper.Tests.Tables.Pf;

/// <summary>Tests that random states of pf are read as they were before pfctl printed them.</summary>
public sealed class PfDifferentialTests
{
    private const int StatesPerTable = 200;

    public static TheoryData<bool, int, int> Tables { get; } = new(
        from isOld in new[] { false, true }
        from verbosity in new[] { 0, 1, 2 }
        from seed in Enumerable.Range(1, 10)
        select (isOld, verbosity, seed));

    [Theory]
    [MemberData(nameof(Tables))]
    public void Printed_states_are_read_back_unchanged(bool isOld, int verbosity, int seed)
    {
        var random = new RandomStates(seed);
        PrintedState[] states =
            [.. Enumerable.Range(0, StatesPerTable).Select(_ => isOld ? random.NextOld() : random.NextNew())];
        var text = new StringBuilder();
        foreach (PrintedState state in states)
        {
            text.Append(PfPrinter.Print(state, isOld, verbosity));
        }

        List<TableRow> rows = ReadTable.Rows(text.ToString());

        Assert.Equal(states.Length, rows.Count);
        int line = 1;
        foreach ((PrintedState state, TableRow row) in states.Zip(rows))
        {
            int lines = PfPrinter.Print(state, isOld, verbosity).Count(letter => letter == '\n');
            Assert.Equal((line, line + lines - 1), (row.FirstLine, row.LastLine));
            AssertSame(state, Assert.IsType<RouterMapping>(row.Mapping), verbosity);
            line += lines;
        }
    }

    private static void AssertSame(PrintedState state, RouterMapping mapping, int verbosity)
    {
        Assert.True(ProtocolText.TryRead(state.Protocol, out IPProtocol protocol));
        Assert.Equal(
            new MappingEnds(
                protocol,
                state.OriginalSource,
                state.OriginalDestination,
                state.TranslatedSource,
                state.TranslatedDestination),
            mapping.Ends);
        Assert.Equal(state.State, mapping.State);
        Assert.Equal(state.IsOut ? MappingDirection.Out : MappingDirection.In, mapping.Direction);
        Assert.Equal(state.IsOut ? MappingPart.OutState : MappingPart.InState, mapping.Part);
        Assert.Equal(state.OriginalRdomain == 0 ? null : $"{state.OriginalRdomain}", mapping.RoutingDomain);
        Assert.Equal(state.Interface, mapping.Details["interface"]);
        Assert.Equal(verbosity > 1 ? state.Route : string.Empty, RouteOf(mapping, state.Gateway));
        Assert.Equal(verbosity > 0 ? state.Age : null, mapping.Age?.TotalSeconds);
        Assert.Equal(verbosity > 0 ? state.Expires : null, mapping.TimeoutSeconds);
        Assert.Equal(
            verbosity > 0
                ? (state.OriginalPackets, state.OriginalBytes, state.ReplyPackets, state.ReplyBytes)
                : default((ulong?, ulong?, ulong?, ulong?)),
            (mapping.OriginalPackets, mapping.OriginalBytes, mapping.ReplyPackets, mapping.ReplyBytes));
        Assert.Equal(verbosity > 1 ? $"{state.Id:x16}/{state.CreatorId:x8}" : null, mapping.Id);
        if (verbosity > 1 && state.OriginalInterface is not null)
        {
            Assert.Equal(state.OriginalInterface, mapping.Details["originalInterface"]);
        }
    }

    private static string RouteOf(RouterMapping mapping, string? gateway)
    {
        Assert.True(gateway is null || mapping.Details["gateway"] == gateway);
        string[] names = ["route-to", "reply-to", "dup-to", "rtable"];
        return string.Concat(
            from name in names
            where mapping.Details.ContainsKey(name)
            select $" {name}: {mapping.Details[name]}");
    }
}
