using ProxyHelper.Mappings;

namespace ProxyHelper.Tables;

/// <summary>
/// Finds the side that opened the connections of a table that does not show the side. If a translation is configured
/// for the inside end, the outside opened the connection. All other connections are listed as opened from the inside.
/// </summary>
internal sealed class EitherWayJoin : ListingJoin
{
    private readonly List<NatMapping> _mappings = [];
    private readonly StaticEnds _static = new();

    /// <inheritdoc/>
    public override void Add(NatMapping mapping)
    {
        _mappings.Add(mapping);
        if (mapping is RouterMapping { Part: MappingPart.Static } row)
        {
            _static.Add(row);
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<NatMapping> Joined() => _mappings.Select(WithDirection);

    private NatMapping WithDirection(NatMapping mapping) =>
        mapping is not RouterMapping { Part: MappingPart.Whole, Direction: null } row ? mapping
        : _static.IsConfigured(row) ? EitherWay.Reverse(row) with { Direction = MappingDirection.Outside }
        : row with { Direction = MappingDirection.Inside };
}
