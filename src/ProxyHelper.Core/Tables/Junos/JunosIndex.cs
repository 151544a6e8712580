using ProxyHelper.Mappings;
using ProxyHelper.Tables.Values;

namespace ProxyHelper.Tables.Junos;

/// <summary>
/// Looks up sessions by their translated ends. Only a valid session answers, and only if no other session of any state
/// has other original ends. The two nodes of a cluster list the same session, which counts once. Pings are compared by
/// their addresses: the figures that Junos shows for them are not known to be the identifiers.
/// </summary>
internal sealed class JunosIndex : MappingIndex
{
    private const string ValidState = "Valid";

    private readonly Dictionary<MappingQuery, RouterMapping> _sessions = [];
    private readonly HashSet<MappingQuery> _ambiguous = [];

    /// <inheritdoc/>
    public override void Add(NatMapping mapping)
    {
        if (mapping is not RouterMapping session || !session.Ends.AreComplete)
        {
            return;
        }

        MappingQuery key = KeyOf(session.Ends.Translated!.Value);
        if (_sessions.TryAdd(key, session))
        {
            return;
        }

        RouterMapping other = _sessions[key];
        if (!HaveSameOriginals(other, session))
        {
            _ambiguous.Add(key);
        }
        else if (!IsValid(other))
        {
            _sessions[key] = session;
        }
    }

    /// <inheritdoc/>
    public override TableAnswer Find(in MappingQuery query)
    {
        MappingQuery key = KeyOf(query);
        return _ambiguous.Contains(key) ? new TableAnswer(TableAnswerReason.Ambiguous)
            : _sessions.TryGetValue(key, out RouterMapping? session) && IsValid(session)
                ? new TableAnswer(TableAnswerReason.Found, session)
                : new TableAnswer(TableAnswerReason.NotFound);
    }

    private static bool IsValid(RouterMapping session) =>
        session.State is null || session.State.Equals(ValidState, StringComparison.OrdinalIgnoreCase);

    private static bool HaveSameOriginals(RouterMapping one, RouterMapping other) =>
        KeyOf(one.Ends.Original!.Value) == KeyOf(other.Ends.Original!.Value);

    private static MappingQuery KeyOf(in MappingQuery tuple) => ProtocolPorts.IsIcmp(tuple.Protocol)
        ? tuple with { Source = tuple.Source.WithPort(0), Destination = tuple.Destination.WithPort(0) }
        : tuple;
}
