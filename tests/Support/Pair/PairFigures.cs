namespace ProxyHelper.TestSupport.Pair;

/// <summary>Represents what users and the proxy saw of a failure.</summary>
internal sealed record PairFigures
{
    /// <summary>Gets the moment when the other router had the address, in ticks of the stopwatch.</summary>
    public long Moved { get; init; }

    /// <summary>Gets the time from the failure until the other router had the address.</summary>
    public TimeSpan AddressMoved { get; init; }

    /// <summary>
    /// Gets the time from the failure until the first right reply to a query that was sent after the move.
    /// </summary>
    public TimeSpan FirstRightReply { get; init; }

    /// <summary>
    /// Gets the time from the failure until the last user's line that was sent at the failure came back. The old router
    /// may have forwarded the lines.
    /// </summary>
    public TimeSpan LastResumed { get; init; }

    /// <summary>
    /// Gets the time from the move of the address until the kernel had the entries. Null if it had them before.
    /// </summary>
    public TimeSpan? Hole { get; init; }

    /// <summary>Gets the number of replies that were wrong, about any connection.</summary>
    public required int Wrong { get; init; }

    /// <summary>Gets the number of replies with not found about connections that both routers knew.</summary>
    public required int NotFound { get; init; }

    /// <summary>Gets the number of connections that no longer exchange data, although both routers knew them.</summary>
    public required int Dead { get; init; }

    /// <summary>Gets the number of ports that the tables of the routers assign to different connections.</summary>
    public required int Disagreeing { get; init; }

    /// <summary>Gets whether the failure had no consequence for a connection that both routers knew.</summary>
    public bool IsAsPromised => Wrong == 0 && NotFound == 0 && Dead == 0 && Disagreeing == 0;

    /// <summary>Returns the counts in words.</summary>
    public string DescribeCounts() =>
        $"{Wrong} wrong, {NotFound} not found, {Dead} dead connections, {Disagreeing} ports with two meanings";

    /// <summary>Returns the figures with the counts of a check at another time.</summary>
    public PairFigures With(PairFigures other) => this with
    {
        Wrong = Math.Max(Wrong, other.Wrong), // replies are counted from the start of the laboratory
        NotFound = Math.Max(NotFound, other.NotFound),
        Dead = Dead + other.Dead,
        Disagreeing = Disagreeing + other.Disagreeing,
    };
}
