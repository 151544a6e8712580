namespace ProxyHelper.Responders;

/// <summary>
/// What a responder has seen since its start. Every datagram is counted once among found, not found, failed look-ups, malformed,
/// refused and late.
/// </summary>
public readonly record struct ResponderCounts
{
    /// <summary>Datagrams that arrived.</summary>
    public long Queries { get; init; }

    /// <summary>Answered with the original ends.</summary>
    public long Found { get; init; }

    /// <summary>Answered "not found": the kernel has no such connection.</summary>
    public long NotFound { get; init; }

    /// <summary>Answered "not found" because the kernel could not be asked.</summary>
    public long FailedLookups { get; init; }

    /// <summary>Dropped: not a query.</summary>
    public long Malformed { get; init; }

    /// <summary>Dropped: wrong secret.</summary>
    public long Refused { get; init; }

    /// <summary>Dropped: they had waited too long in the queue to be answered safely.</summary>
    public long Late { get; init; }

    /// <summary>Of those answered, how many replies the kernel refused to send.</summary>
    public long UnsentReplies { get; init; }

    /// <summary>How often a socket reported an error instead of a datagram.</summary>
    public long ReceiveErrors { get; init; }
}
