using ProxyHelper.Mappings;

namespace ProxyHelper.Tables;

/// <summary>
/// Looks up connections in the table of a system with two states for each connection. Packets enter the router in the
/// in-state, and leave the router in the out-state. The in-state has the destination before translation, and the
/// out-state has the source after translation. Only both states together prove the original ends.
/// </summary>
internal sealed class TwoStatesIndex : MappingIndex
{
    // Both by their translated ends.
    private readonly Dictionary<MappingQuery, Candidate> _outStates = [];
    private readonly Dictionary<MappingQuery, Candidate> _inStates = [];

    // The original ends of the out-states.
    private readonly HashSet<MappingQuery> _between = [];

    /// <summary>
    /// Gets or sets whether an out-state without an in-state is an answer. This is right only if nothing translates a
    /// destination without an in-state, because the router has no states on its inside interface.
    /// </summary>
    public bool AcceptsOutStateAlone { get; set; }

    /// <inheritdoc/>
    public override void Add(NatMapping mapping)
    {
        var state = (RouterMapping)mapping;
        if (state.Ends.Translated is not { } translated)
        {
            return;
        }

        Dictionary<MappingQuery, Candidate> states = state.Part == MappingPart.OutState ? _outStates : _inStates;
        states.TryGetValue(translated, out Candidate? known);

        // A state that a second listing repeats counts once.
        if (known is null || !known.IsSameConnection(state))
        {
            states[translated] = new Candidate(state, known);
        }

        if (state.Part == MappingPart.OutState && state.Ends.Original is { } original)
        {
            _between.Add(original);
        }
    }

    /// <inheritdoc/>
    public override TableAnswer Find(in MappingQuery query) =>
        _outStates.TryGetValue(query, out Candidate? outState) ? FindThrough(outState)
        : _between.Contains(query) ? new TableAnswer(TableAnswerReason.Half)
        : _inStates.TryGetValue(query, out Candidate? inState) ? FindEnding(inState)
        : new TableAnswer(TableAnswerReason.NotFound);

    // The packets leave the router with the ends of the query.
    private TableAnswer FindThrough(Candidate outState)
    {
        if (outState.Next is not null)
        {
            return new TableAnswer(TableAnswerReason.Ambiguous);
        }

        Candidate? inState = TwoStates.KeyOf(outState.State) is { } key ? FindInStates(key) : null;
        return inState is null
                ? AcceptsOutStateAlone ? Answer(outState.State, outState) : new TableAnswer(TableAnswerReason.Half)
            : inState.Next is not null ? new TableAnswer(TableAnswerReason.Ambiguous)
            : Answer(TwoStates.Combine(inState.State, outState.State), outState);
    }

    // The connection ends on the router, or leaves the router through an interface without states.
    private TableAnswer FindEnding(Candidate inState) =>
        inState.Next is not null
            ? new TableAnswer(TableAnswerReason.Ambiguous)
            : Answer(inState.State, outState: null);

    // Returns the in-states whose packets have the ends and the routing domain that an out-state takes.
    private Candidate? FindInStates(in StateKey key)
    {
        Candidate? found = null;
        for (Candidate? next = _inStates.GetValueOrDefault(key.Tuple); next is not null; next = next.Next)
        {
            if (TwoStates.KeyOf(next.State) == key)
            {
                found = new Candidate(next.State, found);
            }
        }

        return found;
    }

    // If another state translates packets to the original ends of this connection, its packets were translated before.
    private TableAnswer Answer(RouterMapping connection, Candidate? outState) =>
        connection.Ends.Original is { } original
        && (!_outStates.TryGetValue(original, out Candidate? before) || before == outState)
            ? new TableAnswer(TableAnswerReason.Found, connection with { Part = MappingPart.Whole })
            : new TableAnswer(TableAnswerReason.Half);

    private sealed class Candidate(RouterMapping state, Candidate? next)
    {
        public RouterMapping State => state;

        public Candidate? Next => next;

        public bool IsSameConnection(RouterMapping other) =>
            state.Ends == other.Ends && state.RoutingDomain == other.RoutingDomain
            && TwoStates.KeyOf(state) == TwoStates.KeyOf(other);
    }
}
