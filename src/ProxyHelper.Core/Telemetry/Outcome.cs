namespace ProxyHelper.Telemetry;

/// <summary>
/// Specifies what became of a query, a TCP connection, a datagram, a reply or a socket. The responder counts each of
/// these events. <see cref="Outcomes"/> describes them. A query has exactly one of the outcomes up to
/// <see cref="TooOften"/>.
/// </summary>
public enum Outcome : byte
{
    /// <summary>The reply contained the original ends.</summary>
    Found,

    /// <summary>
    /// The source has no such connection, or its destination was not translated and the sender is neither this host nor
    /// a trusted client. The reply was "not found".
    /// </summary>
    NotFound,

    /// <summary>The kernel gave no answer. The reply was "not found" over UDP and "unknown error" over TCP.</summary>
    FailedLookup,

    /// <summary>The resolver gave different answers. The reply was "not found".</summary>
    ResolverAmbiguous,

    /// <summary>The resolver answered about another connection. The reply was "not found".</summary>
    ResolverMismatch,

    /// <summary>The resolver took too long. The reply was "not found".</summary>
    ResolverLate,

    /// <summary>The resolver failed. The reply was "not found".</summary>
    ResolverError,

    /// <summary>
    /// The resolver returned something that is neither a mapping nor the text of a table. The reply was "not found".
    /// </summary>
    ResolverInvalid,

    /// <summary>The table of the resolver was too old. The reply was "not found".</summary>
    ResolverTooOld,

    /// <summary>Too many queries waited for the resolver. The reply was "not found".</summary>
    ResolverFull,

    /// <summary>The datagram or the line was not a query.</summary>
    Malformed,

    /// <summary>The sender is not an allowed proxy.</summary>
    NotAllowed,

    /// <summary>The query was about a connection of another host.</summary>
    NotItsOwn,

    /// <summary>The secret was wrong.</summary>
    WrongSecret,

    /// <summary>The query was sent to a broadcast or multicast address.</summary>
    Broadcast,

    /// <summary>The query waited so long in the queue that its reply could have reached another query.</summary>
    Late,

    /// <summary>The sender exceeded the rate limit.</summary>
    TooOften,

    /// <summary>The kernel dropped a datagram because a queue was full.</summary>
    QueueDrop,

    /// <summary>A TCP connection was closed at once because too many were open.</summary>
    ConnectionDrop,

    /// <summary>A TCP connection was closed because its time limit was reached.</summary>
    ConnectionTimeout,

    /// <summary>The kernel refused to send a reply.</summary>
    UnsentReply,

    /// <summary>A socket reported an error instead of a datagram, a connection or a line.</summary>
    ReceiveError,

    /// <summary>The socket to the conntrack table was replaced after an error.</summary>
    TableReopening,

    /// <summary>
    /// A query waited because its connection was not found soon after an address had appeared on this host.
    /// </summary>
    GraceWait,

    /// <summary>The connection of a query that waited was found.</summary>
    GraceFind,
}
