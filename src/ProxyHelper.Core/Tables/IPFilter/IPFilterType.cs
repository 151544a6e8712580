using System.Collections.ObjectModel;
using ProxyHelper.Mappings;

namespace ProxyHelper.Tables.IPFilter;

/// <summary>Represents a type of sessions: the rule that made them.</summary>
internal sealed class IPFilterType
{
    /// <summary>The detail that names the type.</summary>
    public const string TypeDetail = "type";

    /// <summary>The detail of a session that can have been opened from either side.</summary>
    public const string DirectionUnknownDetail = "directionUnknown";

    /// <summary>The detail of a session that is in none of the router's tables any more.</summary>
    public const string OrphanDetail = "orphan";

    /// <summary>The detail of a template for connections to come.</summary>
    public const string CloneDetail = "clone";

    private const string Yes = "true";

    private static readonly IPFilterType _map = new("MAP", MappingDirection.Out);
    private static readonly IPFilterType _mapBlock = new("MAP-BLOCK", MappingDirection.Out);
    private static readonly IPFilterType _redirect = new("RDR", MappingDirection.In);
    private static readonly IPFilterType _both = new("BIMAP", direction: null);
    private static readonly IPFilterType _rewriteMap = new("RWR-MAP", MappingDirection.Out) { IsRewrite = true };
    private static readonly IPFilterType _rewriteRedirect = new("RWR-RDR", MappingDirection.In) { IsRewrite = true };

    private readonly ReadOnlyDictionary<string, string>[] _details;

    private IPFilterType(string name, MappingDirection? direction)
    {
        Direction = direction;
        _details = [Describe(name), Describe(name, CloneDetail), Describe(name, OrphanDetail), Describe(
            name, CloneDetail, OrphanDetail)];
    }

    /// <summary>Gets the direction of the packets that opened the connection, or null if it is unknown.</summary>
    public MappingDirection? Direction { get; }

    /// <summary>Gets whether the packets that opened the connection were translated when they entered.</summary>
    public bool IsIncoming => Direction == MappingDirection.In;

    /// <summary>Gets whether the line has both ends before and both ends after translation.</summary>
    public bool IsRewrite { get; private init; }

    /// <summary>Gets the part of a connection that a session stands for.</summary>
    public MappingPart Part => IsIncoming ? MappingPart.InState : MappingPart.OutState;

    /// <summary>Returns the type with a name, or null.</summary>
    public static IPFilterType? Find(ReadOnlySpan<char> name) => name switch
    {
        "MAP" => _map,
        "MAP-BLOCK" => _mapBlock,
        "RDR" => _redirect,
        "BIMAP" => _both,
        "RWR-MAP" => _rewriteMap,
        "RWR-RDR" => _rewriteRedirect,
        _ => null,
    };

    /// <summary>Returns whether a name is a type of sessions that are no translations of connections.</summary>
    public static bool IsOther(ReadOnlySpan<char> name) =>
        name.StartsWith("DIV-", StringComparison.Ordinal)
        || name.StartsWith("ENC-", StringComparison.Ordinal)
        || (name.StartsWith("unknown(", StringComparison.Ordinal) && name.EndsWith(')'));

    /// <summary>Returns the details of a session. All sessions with the same marks share them.</summary>
    public ReadOnlyDictionary<string, string> Details(bool isClone, bool isOrphan) =>
        _details[(isClone ? 1 : 0) + (isOrphan ? 2 : 0)];

    private ReadOnlyDictionary<string, string> Describe(string name, params ReadOnlySpan<string> marks)
    {
        var details = new Dictionary<string, string> { [TypeDetail] = name };
        foreach (string mark in marks)
        {
            details[mark] = Yes;
        }

        if (Direction is null)
        {
            details[DirectionUnknownDetail] = Yes;
        }

        return details.AsReadOnly();
    }
}
