using ProxyHelper.Conntrack;
using ProxyHelper.Mappings;

namespace ProxyHelper.Tables;

/// <summary>Looks up mappings whose translated ends are those of the query. Each row is a whole connection.</summary>
internal sealed class ExactIndex : MappingIndex
{
    private readonly Dictionary<MappingQuery, NatMapping> _single = [];
    private readonly HashSet<MappingQuery> _ambiguous = [];

    /// <inheritdoc/>
    public override void Add(NatMapping mapping)
    {
        MappingEnds ends = mapping.Ends;
        bool isInOtherZone = mapping is ConntrackEntry { ReplyZone: not 0 };
        if (!ends.AreComplete || isInOtherZone || mapping is RouterMapping { Part: not MappingPart.Whole })
        {
            return;
        }

        MappingQuery key = ends.Translated!.Value;
        if (!_single.TryAdd(key, mapping) && _single[key].Ends != ends)
        {
            _ambiguous.Add(key);
        }
    }

    /// <inheritdoc/>
    public override TableAnswer Find(in MappingQuery query) =>
        _ambiguous.Contains(query) ? new TableAnswer(TableAnswerReason.Ambiguous)
        : _single.TryGetValue(query, out NatMapping? mapping) ? new TableAnswer(TableAnswerReason.Found, mapping)
        : new TableAnswer(TableAnswerReason.NotFound);
}
