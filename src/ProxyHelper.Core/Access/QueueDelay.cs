namespace ProxyHelper.Access;

/// <summary>
/// How long a query has waited. smtp-gated may give a query up and use its port again for another connection's: a late answer
/// would be taken for that one's, and misroute its mail.
/// </summary>
internal static class QueueDelay
{
    /// <summary>Whether a query is too late to be answered.</summary>
    /// <param name="receivedAt">When the kernel took it in, by the real-time clock; null where the kernel did not say.</param>
    /// <param name="now">The time by the same clock.</param>
    /// <param name="maximum">How long it may have waited.</param>
    /// <returns>Also true when the clock was set back meanwhile: then nobody knows how long it was.</returns>
    public static bool IsLate(DateTime? receivedAt, DateTime now, TimeSpan maximum) => receivedAt is { } at && (now - at > maximum || at > now);
}
