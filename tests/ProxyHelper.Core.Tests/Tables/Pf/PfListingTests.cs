using System.Text;
using ProxyHelper.Addresses;
using ProxyHelper.Mappings;
using ProxyHelper.Tables;
using Xunit;

namespace ProxyHelper.Tests.Tables.Pf;

/// <summary>Tests that a listing shows two states as one connection only if nothing else is possible.</summary>
public sealed class PfListingTests
{
    private const string In =
        "all tcp 198.51.100.9:9199 (192.0.2.25:25) <- 10.1.1.1:10943       ESTABLISHED:ESTABLISHED";
    private const string Out =
        "all tcp 203.0.113.1:20119 (10.1.1.1:10943) -> 198.51.100.9:9199       ESTABLISHED:CLOSED";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_random_listing_has_each_state_once_and_no_wrong_connection(int seed)
    {
        var router = new RandomRouter(seed, connections: 2000);
        List<RouterMapping> listed = List(router.States.Select(state => PfPrinter.Print(state, isOld: false, 1)));

        int joined = listed.Count(mapping => mapping.Part == MappingPart.Whole);
        Assert.Equal(router.States.Length, listed.Count + joined);
        Assert.InRange(joined, router.States.Length / 10, router.States.Length / 2);
        foreach (RouterMapping mapping in listed.Where(mapping => mapping.Part == MappingPart.Whole))
        {
            string protocol = mapping.Protocol == IPProtocol.Tcp ? "tcp" : "udp";
            var seen = new SeenTuple(protocol, mapping.TranslatedSource!.Value, mapping.TranslatedDestination!.Value);
            Assert.Equal(
                router.Truth[seen],
                new OriginalTuple(mapping.OriginalSource!.Value, mapping.OriginalDestination!.Value));
        }
    }

    [Theory]
    [InlineData(In, Out)]
    [InlineData(Out, In)]
    public void Both_states_make_one_connection_in_any_order(string first, string second)
    {
        RouterMapping mapping = Assert.Single(List([first + "\n", second + "\n"]));

        Assert.Equal(
            "Tcp 10.1.1.1:10943 -> 192.0.2.25:25, translated to 203.0.113.1:20119 -> 198.51.100.9:9199",
            mapping.ToString());
        Assert.Equal(NatType.Both, mapping.NatType);
        Assert.Equal("ESTABLISHED:CLOSED", mapping.State);
    }

    [Theory]
    [InlineData("em1 ", "em0 ", "em2 ")]
    [InlineData("em1 ", "em2 ", "em0 ")]
    public void A_state_that_fits_two_others_stays_alone(string first, string second, string third)
    {
        string inState = In[4..] + "\n";
        string otherInState = inState.Replace("192.0.2.25", "192.0.2.26", StringComparison.Ordinal);
        string[] states = [inState, otherInState, Out[4..] + "\n"];

        Assert.Equal(3, List([first + states[0], second + states[1], third + states[2]]).Count);
        Assert.Equal(3, List([first + states[0], third + states[2], second + states[1]]).Count);
    }

    [Fact]
    public void States_of_other_routing_domains_are_not_joined()
    {
        string domain = In.Replace("198.51.100.9", "(3) 198.51.100.9", StringComparison.Ordinal)
            .Replace("192.0.2.25", "(3) 192.0.2.25", StringComparison.Ordinal)
            .Replace("10.1.1.1", "(3) 10.1.1.1", StringComparison.Ordinal);

        Assert.Equal(2, List([domain + "\n", Out + "\n"]).Count);
    }

    [Fact]
    public void A_listing_of_any_size_holds_only_states_that_wait()
    {
        var join = new StateJoin();
        List<TableRow> rows = ReadTable.Rows($"{In}\n{Out}\n", NatSystem.Pf);
        for (int i = 0; i < 1000; i++)
        {
            join.Add(rows[0].Mapping!);
            Assert.Empty(join.TakeComplete());
            join.Add(rows[1].Mapping!);
            Assert.Single(join.TakeComplete());
        }

        Assert.Empty(join.Joined());
    }

    private static List<RouterMapping> List(IEnumerable<string> states)
    {
        var text = new StringBuilder();
        foreach (string state in states)
        {
            text.Append(state);
        }

        var join = new StateJoin();
        var listed = new List<RouterMapping>();
        foreach (TableRow row in ReadTable.Rows(text.ToString()))
        {
            join.Add(row.Mapping!);
            listed.AddRange(join.TakeComplete().Cast<RouterMapping>());
        }

        listed.AddRange(join.Joined().Cast<RouterMapping>());
        return listed;
    }
}
