using ProxyHelper.Addresses;
using ProxyHelper.Mappings;
using ProxyHelper.Sources;
using Xunit;

namespace ProxyHelper.Tests.Sources;

/// <summary>Tests that the answer of a resolver is compared with its query, and that doubt means "not found".</summary>
[Trait("Promise", "resolver-compared")]
public sealed class ResolverResultTests
{
    private static readonly MappingQuery _query = new(
        IPProtocol.Tcp, TransportEndPoint.Parse("194.0.1.1:3527"), TransportEndPoint.Parse("194.0.22.9:9199"));

    private static readonly RouterMapping _right = ScriptedResolver.Map(_query);

    public static TheoryData<string, NatMapping?> OtherMappings => new()
    {
        { "another protocol", _right with { Protocol = IPProtocol.Udp } },
        { "no protocol", _right with { Protocol = null } },
        { "another source", _right with { TranslatedSource = TransportEndPoint.Parse("194.0.1.1:3528") } },
        { "another source address", _right with { TranslatedSource = TransportEndPoint.Parse("194.0.1.2:3527") } },
        { "another destination", _right with { TranslatedDestination = TransportEndPoint.Parse("194.0.22.9:9198") } },
        { "swapped ends", _right with
            {
                TranslatedSource = _query.Destination,
                TranslatedDestination = _query.Source,
            }
        },
        { "the ends of the query before translation", _right with
            {
                OriginalSource = _query.Source,
                OriginalDestination = _query.Destination,
                TranslatedSource = TransportEndPoint.Parse("10.1.1.1:20000"),
                TranslatedDestination = TransportEndPoint.Parse("4.1.1.2:25"),
            }
        },
        { "no original source", _right with { OriginalSource = null } },
        { "no original destination", _right with { OriginalDestination = null } },
        { "an in-state alone", _right with { Part = MappingPart.InState } },
        { "an out-state alone", _right with { Part = MappingPart.OutState } },
        { "a configured translation", _right with { Part = MappingPart.Static } },
        { "an original destination over IPv6", _right with
            {
                OriginalDestination = TransportEndPoint.Parse("[2001:db8::1]:25"),
            }
        },
        { "an original source without a port", _right with { OriginalSource = TransportEndPoint.Parse("10.1.1.1:0") } },
        { "no mapping", null },
    };

    [Fact]
    public void The_mapping_of_the_query_is_found()
    {
        ResolverResult result = ResolverResult.From(_query, new ResolverAnswer([_right]));
        Assert.True(result.IsFound);
        Assert.Equal((_right.OriginalSource, _right.OriginalDestination), (result.Source, result.Destination));
    }

    [Theory]
    [MemberData(nameof(OtherMappings))]
    public void A_mapping_of_another_connection_is_no_answer(string reason, NatMapping? mapping)
    {
        ResolverResult result = ResolverResult.From(_query, new ResolverAnswer([mapping!]));
        Assert.True(result is { IsFound: false, Fault: ResolverFault.Mismatch }, reason);
        Assert.True(ResolverResult.From(_query, new ResolverAnswer([mapping!, _right])).IsFound, reason);
    }

    [Fact]
    public void Equal_answers_count_once_and_different_answers_are_no_answer()
    {
        RouterMapping mirrored = _right with { Id = "of the other router", State = "TIME_WAIT" };
        RouterMapping other = ScriptedResolver.Map(_query, source: "10.1.1.2:20000");
        Assert.True(ResolverResult.From(_query, new ResolverAnswer([_right, mirrored, _right])).IsFound);
        Assert.Equal(
            ResolverFault.Ambiguous, ResolverResult.From(_query, new ResolverAnswer([_right, mirrored, other])).Fault);
    }

    [Fact]
    public void No_mapping_is_not_found()
    {
        ResolverResult result = ResolverResult.From(_query, ResolverAnswer.NotFound);
        Assert.Equal((false, ResolverFault.None), (result.IsFound, result.Fault));
    }

    [Fact]
    public void A_fault_is_kept_with_its_reason_even_if_the_answer_has_a_mapping()
    {
        ResolverResult result = ResolverResult.From(_query, new ResolverAnswer([_right], ResolverFault.TooOld, "old"));
        Assert.Equal((false, ResolverFault.TooOld, "old"), (result.IsFound, result.Fault, result.Reason));
        Assert.Equal(ResolverFault.WrongType, ResolverResult.From(_query, answer: null).Fault);
        Assert.Equal(ResolverFault.WrongType, ResolverResult.From(_query, new ResolverAnswer(null!)).Fault);
    }
}
