namespace ProxyHelper.Client;

/// <summary>How a query to a helper ended.</summary>
public enum HelperOutcome
{
    /// <summary>The helper gave the original ends.</summary>
    Found,

    /// <summary>The helper knows no such connection; over UDP also: it could not look.</summary>
    NotFound,

    /// <summary>No answer: nothing is there, a firewall drops, or the helper refuses silently (wrong secret, not allowed).</summary>
    TimedOut,

    /// <summary>The host says that nobody listens on that port (ICMP port unreachable; over TCP a reset).</summary>
    Refused,

    /// <summary>The host or its network cannot be reached.</summary>
    Unreachable,

    /// <summary>Something answered, but nothing that smtp-gated should take for the answer.</summary>
    InvalidReply,

    /// <summary>Over TCP: the helper closed the connection without an answer: who asks is not allowed, or asks too often or too much at once.</summary>
    Closed,

    /// <summary>Over TCP: the helper says that it could not look, or did not understand.</summary>
    Failed,
}
