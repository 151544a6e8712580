using ProxyHelper.Mappings;

namespace ProxyHelper.Tables;

/// <summary>
/// Joins the two states of each connection for a listing. A state waits for the other state of its connection. The end
/// of the table decides about the states that fit several others, and they stay as the router lists them.
/// </summary>
internal sealed class StateJoin : ListingJoin
{
    private readonly Dictionary<StateKey, WaitingState> _waiting = [];
    private readonly List<(int Number, NatMapping Mapping)> _complete = [];
    private int _count;

    /// <inheritdoc/>
    public override void Add(NatMapping mapping)
    {
        _count++;
        if (mapping is not RouterMapping state || TwoStates.KeyOf(state) is not { } key)
        {
            _complete.Add((_count, mapping));
            return;
        }

        _waiting.TryGetValue(key, out WaitingState? first);
        var second = new WaitingState(_count, state, first);
        if (first is { Next: null } && AreUnique(first.State, state))
        {
            _waiting.Remove(key);
            _complete.Add((first.Number, Combine(first, second)));
        }
        else
        {
            _waiting[key] = second;
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<NatMapping> TakeComplete()
    {
        if (_complete.Count == 0)
        {
            return [];
        }

        NatMapping[] taken = [.. _complete.Select(complete => complete.Mapping)];
        _complete.Clear();
        return taken;
    }

    /// <inheritdoc/>
    public override IEnumerable<NatMapping> Joined()
    {
        foreach (WaitingState waiting in _waiting.Values)
        {
            AddLast(waiting);
        }

        _waiting.Clear();
        return _complete.OrderBy(complete => complete.Number).Select(complete => complete.Mapping);
    }

    private void AddLast(WaitingState last)
    {
        if (last.Next is { Next: null } first && first.State.Part != last.State.Part)
        {
            _complete.Add((first.Number, Combine(first, last)));
            return;
        }

        for (WaitingState? next = last; next is not null; next = next.Next)
        {
            _complete.Add((next.Number, next.State));
        }
    }

    private static RouterMapping Combine(WaitingState first, WaitingState second) =>
        first.State.Part == MappingPart.InState
            ? TwoStates.Combine(first.State, second.State)
            : TwoStates.Combine(second.State, first.State);

    // pf has at most one floating in-state and one floating out-state with the same ends, so that no later state fits.
    private static bool AreUnique(RouterMapping first, RouterMapping second) =>
        first.Part != second.Part && IsFloating(first) && IsFloating(second);

    private static bool IsFloating(RouterMapping state) =>
        state.System == NatSystem.Pf && state.Details.TryGetValue("interface", out string? name)
        && name.Equals("all", StringComparison.OrdinalIgnoreCase);

    private sealed record WaitingState(int Number, RouterMapping State, WaitingState? Next);
}
