namespace ProxyHelper.Conntrack;

/// <summary>Where conntrack sees a connection. TCP, SCTP and DCCP each have some of these; what means the same has one name.</summary>
public enum ConnectionState : byte
{
    /// <summary>TCP_CONNTRACK_NONE, SCTP_CONNTRACK_NONE, CT_DCCP_NONE.</summary>
    None,

    /// <summary>TCP_CONNTRACK_SYN_SENT: the first SYN was seen.</summary>
    SynSent,

    /// <summary>TCP_CONNTRACK_SYN_RECV: the answer to it was seen.</summary>
    SynReceived,

    /// <summary>TCP_CONNTRACK_ESTABLISHED, SCTP_CONNTRACK_ESTABLISHED.</summary>
    Established,

    /// <summary>TCP_CONNTRACK_FIN_WAIT: one side has closed.</summary>
    FinWait,

    /// <summary>TCP_CONNTRACK_CLOSE_WAIT.</summary>
    CloseWait,

    /// <summary>TCP_CONNTRACK_LAST_ACK.</summary>
    LastAck,

    /// <summary>TCP_CONNTRACK_TIME_WAIT: both have closed, and the entry stays two minutes; CT_DCCP_TIMEWAIT.</summary>
    TimeWait,

    /// <summary>TCP_CONNTRACK_CLOSE: reset; the entry stays ten seconds.</summary>
    Close,

    /// <summary>TCP_CONNTRACK_SYN_SENT2: both sides sent a SYN.</summary>
    SynSent2,

    /// <summary>SCTP_CONNTRACK_CLOSED.</summary>
    Closed,

    /// <summary>SCTP_CONNTRACK_COOKIE_WAIT: an INIT was seen.</summary>
    CookieWait,

    /// <summary>SCTP_CONNTRACK_COOKIE_ECHOED.</summary>
    CookieEchoed,

    /// <summary>SCTP_CONNTRACK_SHUTDOWN_SENT.</summary>
    ShutdownSent,

    /// <summary>SCTP_CONNTRACK_SHUTDOWN_RECD.</summary>
    ShutdownReceived,

    /// <summary>SCTP_CONNTRACK_SHUTDOWN_ACK_SENT.</summary>
    ShutdownAckSent,

    /// <summary>SCTP_CONNTRACK_HEARTBEAT_SENT: a second path is tried.</summary>
    HeartbeatSent,

    /// <summary>SCTP_CONNTRACK_HEARTBEAT_ACKED; newer kernels do without it.</summary>
    HeartbeatAcknowledged,

    /// <summary>CT_DCCP_REQUEST.</summary>
    Request,

    /// <summary>CT_DCCP_RESPOND.</summary>
    Respond,

    /// <summary>CT_DCCP_PARTOPEN.</summary>
    PartOpen,

    /// <summary>CT_DCCP_OPEN.</summary>
    Open,

    /// <summary>CT_DCCP_CLOSEREQ.</summary>
    CloseRequested,

    /// <summary>CT_DCCP_CLOSING.</summary>
    Closing,
}
