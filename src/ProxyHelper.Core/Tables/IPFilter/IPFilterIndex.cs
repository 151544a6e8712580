using ProxyHelper.Addresses;
using ProxyHelper.Mappings;

namespace ProxyHelper.Tables.IPFilter;

/// <summary>
/// Looks up connections in the sessions of IPFilter. A connection can have two sessions: one where its packets enter
/// the router (RDR), and one where they leave the router (MAP). IPFilter has a session only where it translates, so a
/// single session is a whole connection, unless there is a sign that the other session is missing.
/// </summary>
internal sealed class IPFilterIndex : MappingIndex
{
    private readonly EndPairs<RouterMapping> _incoming = new();
    private readonly EndPairs<RouterMapping> _outgoing = new();
    private readonly EndPairs<RouterMapping> _outgoingByOriginal = new();
    private readonly HashSet<(IPProtocol? Protocol, TransportEndPoint End)> _redirectTargets = [];
    private bool _isDamaged;

    /// <inheritdoc/>
    public override void Add(NatMapping mapping)
    {
        if (mapping is not RouterMapping { Ends: { HaveAllEnds: true } ends, Part: not MappingPart.Static } session)
        {
            return;
        }

        if (session.Part == MappingPart.InState)
        {
            _incoming.Add(ends.TranslatedSource!.Value, ends.TranslatedDestination!.Value, session);
            _redirectTargets.Add((ends.Protocol, ends.TranslatedDestination!.Value));
            return;
        }

        _outgoing.Add(ends.TranslatedSource!.Value, ends.TranslatedDestination!.Value, session);
        _outgoingByOriginal.Add(ends.OriginalSource!.Value, ends.OriginalDestination!.Value, session);
        if (session.Direction is null)
        {
            // A session of a rule for both directions can also stand for a connection from the other side.
            RouterMapping reversed = EitherWay.Reverse(session) with { Direction = MappingDirection.In };
            _incoming.Add(reversed.TranslatedSource!.Value, reversed.TranslatedDestination!.Value, reversed);
        }
    }

    /// <inheritdoc/>
    public override void Add(TableFault fault) => _isDamaged |= fault.Kind != TableFaultKind.OtherEntry;

    /// <inheritdoc/>
    public override TableAnswer Find(in MappingQuery query)
    {
        List<RouterMapping> outgoing = Find(_outgoing, query);
        List<RouterMapping> incoming = Find(_incoming, query);
        return (outgoing, incoming) switch
        {
            ([], []) => new TableAnswer(TableAnswerReason.NotFound),
            ([var left], []) => FindWithOutgoing(left, query),
            // If a MAP translates the ends of the query, they exist only inside the router.
            ([], [var entered]) => Find(_outgoingByOriginal, query) is []
                ? Answer(entered, entered)
                : new TableAnswer(TableAnswerReason.NotFound),
            _ => new TableAnswer(TableAnswerReason.Ambiguous),
        };
    }

    private TableAnswer FindWithOutgoing(RouterMapping outgoing, in MappingQuery query)
    {
        var between = new MappingQuery(
            query.Protocol, outgoing.OriginalSource!.Value, outgoing.OriginalDestination!.Value);
        return Find(_incoming, between) switch
        {
            [var incoming] => Answer(incoming, outgoing),
            [] => CanLackRedirection(query) ? new TableAnswer(TableAnswerReason.Half) : Answer(outgoing, outgoing),
            _ => new TableAnswer(TableAnswerReason.Ambiguous),
        };
    }

    // The router redirects connections to this destination, or a line of the text that cannot be read may be the
    // redirection. The original destination is then not proven.
    private bool CanLackRedirection(in MappingQuery query) =>
        _isDamaged
        || _redirectTargets.Contains((query.Protocol, query.Destination))
        || _redirectTargets.Contains((null, query.Destination));

    private TableAnswer Answer(RouterMapping incoming, RouterMapping outgoing)
    {
        if (incoming.Protocol is not { } protocol || outgoing.Protocol is null)
        {
            return new TableAnswer(TableAnswerReason.NoProtocol);
        }

        var entering = new MappingQuery(
            protocol, incoming.OriginalSource!.Value, incoming.OriginalDestination!.Value);
        bool wasTranslatedBefore = Find(_outgoing, entering).Exists(other => !ReferenceEquals(other, outgoing));
        return IsOrphan(incoming) || IsOrphan(outgoing) || wasTranslatedBefore
            ? new TableAnswer(TableAnswerReason.Half)
            : new TableAnswer(TableAnswerReason.Found, TwoStates.Combine(incoming, outgoing));
    }

    private static bool IsOrphan(RouterMapping session) => session.Details.ContainsKey(IPFilterType.OrphanDetail);

    /// <summary>Returns the sessions that fit. A session without protocol fits every protocol.</summary>
    private static List<RouterMapping> Find(EndPairs<RouterMapping> sessions, in MappingQuery query)
    {
        var found = new List<RouterMapping>();
        foreach (RouterMapping session in sessions.Find(query.Source, query.Destination))
        {
            bool isSame = session.Protocol is null || session.Protocol == query.Protocol;
            if (isSame && !found.Exists(other => IsSame(other, session)))
            {
                found.Add(session);
            }
        }

        return found;
    }

    // The same session twice, from a table that was saved twice in one file.
    private static bool IsSame(RouterMapping left, RouterMapping right) =>
        left.Ends == right.Ends && left.Part == right.Part && IsOrphan(left) == IsOrphan(right);
}
