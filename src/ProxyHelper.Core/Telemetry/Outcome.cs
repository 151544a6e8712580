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

    /// <summary>The kernel has no such connection. The reply was "not found".</summary>
    NotFound,

    /// <summary>The kernel gave no answer. The reply was "not found" over UDP and "unknown error" over TCP.</summary>
    FailedLookup,

    /// <summary>The datagram or the line was not a query.</summary>
    Malformed,

    /// <summary>The sender is not an allowed proxy.</summary>
    NotAllowed,

    /// <summary>The query was about a connection of another host.</summary>
    NotItsOwn,

    /// <summary>The secret was wrong.</summary>
    WrongSecret,

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
}
