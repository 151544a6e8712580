namespace ProxyHelper.Client;

/// <summary>Specifies the outcome of a query to a helper.</summary>
public enum HelperOutcome
{
    /// <summary>The helper found the connection and replied with its original ends.</summary>
    Found,

    /// <summary>
    /// The helper did not find the connection. Over UDP this is also the reply if the look-up failed.
    /// </summary>
    NotFound,

    /// <summary>
    /// No reply arrived: no helper runs there, a firewall drops the datagrams, or the helper refused the query silently
    /// (wrong secret, not allowed).
    /// </summary>
    TimedOut,

    /// <summary>No program listens on the port: the host sent ICMP port unreachable, or over TCP a reset.</summary>
    Refused,

    /// <summary>The host or its network cannot be reached.</summary>
    Unreachable,

    /// <summary>Something replied, but smtp-gated should not take it for the reply.</summary>
    InvalidReply,

    /// <summary>
    /// Over TCP: the helper closed the connection without a reply. The client is not allowed, or sends too many
    /// queries.
    /// </summary>
    Closed,

    /// <summary>Over TCP: the helper replied that the look-up failed, or that the line was not a query.</summary>
    Failed,
}
