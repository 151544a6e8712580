using ProxyHelper.Mappings;

namespace ProxyHelper.Tables;

/// <summary>
/// Looks up connections in a table that does not show which side opened them. Each row is tried as a connection from
/// the inside, and as a connection from the outside. Two different answers are ambiguous.
/// </summary>
internal sealed class EitherWayIndex : MappingIndex
{
    private readonly EndPairs<RouterMapping> _fromInside = new();
    private readonly EndPairs<RouterMapping> _fromOutside = new();
    private readonly StaticEnds _static = new();

    /// <inheritdoc/>
    public override void Add(NatMapping mapping)
    {
        if (mapping is not RouterMapping row)
        {
            return;
        }

        if (row.Part == MappingPart.Static)
        {
            _static.Add(row);
        }
        else if (row.Part == MappingPart.Whole && row.Ends.HaveAllEnds)
        {
            RouterMapping inside = row.Direction == MappingDirection.Outside ? EitherWay.Reverse(row) : row;
            RouterMapping outside = EitherWay.Reverse(inside);
            _fromInside.Add(inside.TranslatedSource!.Value, inside.TranslatedDestination!.Value, inside);
            _fromOutside.Add(outside.TranslatedSource!.Value, outside.TranslatedDestination!.Value, inside);
        }
    }

    /// <inheritdoc/>
    public override TableAnswer Find(in MappingQuery query)
    {
        var answer = default(TableAnswer);
        foreach (RouterMapping row in _fromInside.Find(query.Source, query.Destination))
        {
            // A configured translation of the inside end says that the outside opened the connection.
            answer = Combine(answer, _static.IsConfigured(row)
                ? new TableAnswer(TableAnswerReason.Ambiguous)
                : AnswerOf(row, MappingDirection.Inside, query));
        }

        foreach (RouterMapping row in _fromOutside.Find(query.Source, query.Destination))
        {
            answer = Combine(answer, AnswerOf(EitherWay.Reverse(row), MappingDirection.Outside, query));
        }

        return answer.Reason == TableAnswerReason.NotFound && _static.Fits(query)
            ? new TableAnswer(TableAnswerReason.Static)
            : answer;
    }

    private static TableAnswer AnswerOf(RouterMapping row, MappingDirection direction, in MappingQuery query) =>
        row.Protocol == query.Protocol
            ? new TableAnswer(TableAnswerReason.Found, row with { Direction = direction })
            : new TableAnswer(row.Protocol is null ? TableAnswerReason.NoProtocol : TableAnswerReason.NotFound);

    // Routers of a pair list the same connection twice.
    private static TableAnswer Combine(in TableAnswer first, in TableAnswer second)
    {
        if (first.Reason == TableAnswerReason.NotFound || second.Reason == TableAnswerReason.NotFound)
        {
            return first.Reason == TableAnswerReason.NotFound ? second : first;
        }

        return first.Mapping is RouterMapping one && second.Mapping is RouterMapping other
            && one.Ends == other.Ends && one.RoutingDomain == other.RoutingDomain
            ? first
            : new TableAnswer(TableAnswerReason.Ambiguous);
    }
}
