namespace ProxyHelper.Client;

/// <summary>How a query to a helper ended.</summary>
public enum HelperOutcome
{
    /// <summary>The helper gave the original ends.</summary>
    Found,

    /// <summary>The helper knows no such connection, or could not look.</summary>
    NotFound,

    /// <summary>No answer: nothing is there, a firewall drops, or the helper refuses silently (wrong secret, not allowed).</summary>
    TimedOut,

    /// <summary>The host says that nobody listens on that port (ICMP port unreachable).</summary>
    Refused,

    /// <summary>The host or its network cannot be reached.</summary>
    Unreachable,

    /// <summary>Something answered, but nothing that smtp-gated should take for the answer.</summary>
    InvalidReply,
}
