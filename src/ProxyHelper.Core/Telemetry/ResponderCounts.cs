namespace ProxyHelper.Telemetry;

/// <summary>
/// What a responder has seen since its start. Every query is counted once among found, not found, failed look-ups, malformed, not
/// allowed, not its own, wrong secret, late and too often.
/// </summary>
public readonly record struct ResponderCounts
{
    /// <summary>Datagrams that it read; and over TCP lines that it read, and connections that it refused.</summary>
    public long Queries { get; init; }

    /// <summary>Answered with the original ends.</summary>
    public long Found { get; init; }

    /// <summary>Answered "not found": the kernel has no such connection.</summary>
    public long NotFound { get; init; }

    /// <summary>Answered "not found", or over TCP "unknown error", because the kernel could not be asked, not even on a second try.</summary>
    public long FailedLookups { get; init; }

    /// <summary>Dropped, or over TCP answered "invalid port": not a query.</summary>
    public long Malformed { get; init; }

    /// <summary>Dropped: the sender is none of the allowed proxies.</summary>
    public long NotAllowed { get; init; }

    /// <summary>Dropped: about a connection that is not the sender's own.</summary>
    public long NotItsOwn { get; init; }

    /// <summary>Dropped: wrong secret.</summary>
    public long WrongSecret { get; init; }

    /// <summary>Dropped: they had waited too long in the queue to be answered safely.</summary>
    public long Late { get; init; }

    /// <summary>Dropped: the sender asks too often.</summary>
    public long TooOften { get; init; }

    /// <summary>Dropped because of who sent them: not allowed, not its own, wrong secret, or too often.</summary>
    public long Refused => NotAllowed + NotItsOwn + WrongSecret + TooOften;

    /// <summary>Datagrams that the kernel dropped because the queue was full; they were never read. It is told with the next that is read.</summary>
    public long QueueDrops { get; init; }

    /// <summary>TCP connections that were closed at once because there were too many, in all or from their source; they are not among the queries.</summary>
    public long ConnectionDrops { get; init; }

    /// <summary>
    /// TCP connections that were closed because their time was over: no whole line had come, so that they are not among the queries,
    /// or they were answered and their client did not close.
    /// </summary>
    public long ConnectionTimeouts { get; init; }

    /// <summary>Of those answered, how many replies the kernel refused to send.</summary>
    public long UnsentReplies { get; init; }

    /// <summary>How often a socket reported an error instead of a datagram, a connection or a line.</summary>
    public long ReceiveErrors { get; init; }

    /// <summary>How often the socket to the conntrack table was replaced because something was wrong with it.</summary>
    public long TableReopenings { get; init; }
}
