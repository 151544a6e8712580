using System.Text;
using ProxyHelper.Addresses;
using ProxyHelper.Mappings;
using ProxyHelper.Tables;
using Xunit;

namespace ProxyHelper.Tests.Tables.Pf;

/// <summary>
/// Tests look-ups in the states of random routers: each answer is right, and has a proof.
/// </summary>
public sealed class PfLookupTests
{
    private const int Connections = 2000;

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(4, 2)]
    [InlineData(5, 2)]
    public void No_answer_is_wrong_and_each_proven_answer_is_found(int seed, int verbosity)
    {
        var router = new RandomRouter(seed, Connections);
        NatTable table = Read(router.States, verbosity);
        int found = 0;
        foreach ((SeenTuple seen, OriginalTuple? truth) in router.Truth)
        {
            TableAnswer answer = Find(table, seen);

            Assert.Equal((seen, truth?.Source), (seen, answer.Mapping?.Ends.OriginalSource));
            Assert.Equal((seen, truth?.Destination), (seen, answer.Mapping?.Ends.OriginalDestination));
            found += truth is null ? 0 : 1;
        }

        Assert.InRange(found, router.Truth.Count / 4, router.Truth.Count * 3 / 4);
    }

    [Fact]
    public void A_tuple_that_no_connection_has_is_not_found()
    {
        var router = new RandomRouter(6, Connections);
        NatTable table = Read(router.States, verbosity: 0);
        SeenTuple[] seen = [.. router.Truth.Keys];
        for (int i = 1; i < seen.Length; i++)
        {
            SeenTuple mixed = seen[i] with { Destination = seen[i - 1].Destination };
            if (!router.Truth.ContainsKey(mixed))
            {
                Assert.Null(Find(table, mixed).Mapping);
            }
        }
    }

    [Fact]
    public void A_router_that_skips_its_inside_interface_has_answers_only_if_that_is_said()
    {
        var router = new RandomRouter(7, Connections);
        PrintedState[] outStates = [.. router.States.Where(state => state.IsOut)];
        NatTable table = Read(outStates, verbosity: 0);

        Assert.All(outStates, state => Assert.Null(Find(table, Seen(state)).Mapping));

        table.IsInsideSkipped = true;
        int found = 0;
        foreach (PrintedState state in outStates)
        {
            MappingEnds? ends = Find(table, Seen(state)).Mapping?.Ends;
            Assert.True(
                ends is null || (ends.Value.OriginalSource == state.OriginalSource
                    && ends.Value.OriginalDestination == state.OriginalDestination));
            found += ends is null ? 0 : 1;
        }

        Assert.Equal(outStates.Length, found);
    }

    private static SeenTuple Seen(PrintedState state) =>
        new(state.Protocol, state.TranslatedSource, state.TranslatedDestination);

    private static TableAnswer Find(NatTable table, SeenTuple seen) => table.Find(new MappingQuery(
        seen.Protocol == "tcp" ? IPProtocol.Tcp : IPProtocol.Udp, seen.Source, seen.Destination));

    private static NatTable Read(IEnumerable<PrintedState> states, int verbosity)
    {
        var text = new StringBuilder();
        foreach (PrintedState state in states)
        {
            text.Append(PfPrinter.Print(state, isOld: false, verbosity));
        }

        return ReadTable.Whole(text.ToString());
    }
}
