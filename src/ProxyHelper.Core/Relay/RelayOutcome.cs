namespace ProxyHelper.Relay;

/// <summary>
/// Specifies what became of a connection, a reply or a socket of a relay. The relay counts each of these events.
/// <see cref="RelayOutcomes"/> describes them. A connection has exactly one of the outcomes up to
/// <see cref="LocalFault"/>, when it ends.
/// </summary>
public enum RelayOutcome : byte
{
    /// <summary>Both sides ended the connection.</summary>
    Finished,

    /// <summary>One side reset the connection, and the relay reset the other side.</summary>
    Reset,

    /// <summary>No byte was sent for the idle time.</summary>
    IdleTimeout,

    /// <summary>One side had ended, and no byte was sent for the half-closed time.</summary>
    HalfClosedTimeout,

    /// <summary>The connection was open at the end of the drain time.</summary>
    Drained,

    /// <summary>The connection did not come from a router.</summary>
    NotRouter,

    /// <summary>The helper said "not found".</summary>
    NotFound,

    /// <summary>
    /// The helper did not reply in time, or the router is down. The kernel reports no "host unreachable" (ICMP).
    /// </summary>
    NoReply,

    /// <summary>The router or a firewall rejected the query (ICMP), or no route leads to the router.</summary>
    HelperUnreachable,

    /// <summary>Too many queries waited for a reply.</summary>
    TooManyQueries,

    /// <summary>An original end is this host, or no host: the connection would come back to the relay.</summary>
    Loop,

    /// <summary>The original destination port is not allowed.</summary>
    PortNotAllowed,

    /// <summary>The original source had too many connections.</summary>
    TooManyOfSource,

    /// <summary>The user reset the connection before the relay connected to the target.</summary>
    ClientGone,

    /// <summary>The target refused the connection, or cannot be reached.</summary>
    TargetRefused,

    /// <summary>The target did not accept the connection in time.</summary>
    TargetTimeout,

    /// <summary>A descriptor or memory was missing.</summary>
    LocalFault,

    /// <summary>
    /// A datagram that is no expected reply: from another host, too short, with a wrong cookie, or late.
    /// </summary>
    IgnoredReply,

    /// <summary>A connection could not be accepted, such as with EMFILE. It waits in the kernel.</summary>
    AcceptError,
}
