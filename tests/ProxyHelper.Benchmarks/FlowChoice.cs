namespace ProxyHelper.Benchmarks;

/// <summary>Which flow each query is about: any, as chance has it, but the same ones for every contender.</summary>
internal sealed class FlowChoice(int flows, int misses)
{
    private ulong _state = 0x9E37_79B9_7F4A_7C15;

    /// <summary>Chooses the next.</summary>
    /// <param name="isMiss">Whether the query is to be about no entry.</param>
    public RouterFlow Next(out bool isMiss)
    {
        // Marsaglia's xorshift64: its upper half chooses the flow, its lower half whether it is a miss.
        _state ^= _state << 13;
        _state ^= _state >> 7;
        _state ^= _state << 17;
        isMiss = (uint)_state % 100 < (uint)misses;
        return new RouterFlow((int)(((_state >> 32) * (uint)flows) >> 32));
    }
}
