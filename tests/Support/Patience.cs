namespace ProxyHelper.TestSupport;

/// <summary>Limits the time that a test waits for an event that is immediate on an idle machine.</summary>
public static class Patience
{
    /// <summary>Gets the time limit for one packet, one line or the end of one process.</summary>
    public static TimeSpan Limit { get; } = TimeSpan.FromSeconds(60);

    /// <summary>Returns a token that is cancelled at the time limit.</summary>
    public static CancellationToken Token() => new CancellationTokenSource(Limit).Token;
}
