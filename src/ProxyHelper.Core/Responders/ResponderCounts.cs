namespace ProxyHelper.Responders;

/// <summary>
/// What a responder has seen since its start. Every datagram is counted once among found, not found, failed look-ups, malformed,
/// refused and late.
/// </summary>
/// <param name="Queries">Datagrams that arrived.</param>
/// <param name="Found">Answered with the original ends.</param>
/// <param name="NotFound">Answered "not found": the kernel has no such connection.</param>
/// <param name="FailedLookups">Answered "not found" because the kernel could not be asked.</param>
/// <param name="Malformed">Dropped: not a query.</param>
/// <param name="Refused">Dropped: wrong secret.</param>
/// <param name="Late">Dropped: they had waited too long in the queue to be answered safely.</param>
/// <param name="UnsentReplies">Of those answered, how many replies the kernel refused to send.</param>
/// <param name="ReceiveErrors">How often the socket reported an error instead of a datagram.</param>
public readonly record struct ResponderCounts(
    long Queries, long Found, long NotFound, long FailedLookups, long Malformed, long Refused, long Late, long UnsentReplies, long ReceiveErrors);
