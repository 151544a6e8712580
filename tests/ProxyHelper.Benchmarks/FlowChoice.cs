namespace ProxyHelper.Benchmarks;

/// <summary>Chooses a random flow for each query. Every contender gets the same sequence.</summary>
internal sealed class FlowChoice(int flows, int misses)
{
    private ulong _state = 0x9E37_79B9_7F4A_7C15;

    /// <summary>Returns the next flow.</summary>
    /// <param name="isMiss">Receives whether the query must match no entry.</param>
    public RouterFlow Next(out bool isMiss)
    {
        // Marsaglia's xorshift64. The upper half chooses the flow, and the lower half decides about a miss.
        _state ^= _state << 13;
        _state ^= _state >> 7;
        _state ^= _state << 17;
        isMiss = (uint)_state % 100 < (uint)misses;
        return new RouterFlow((int)(((_state >> 32) * (uint)flows) >> 32));
    }
}
