namespace ProxyHelper.Conntrack;

/// <summary>
/// Specifies the state of a connection as conntrack sees it. TCP, SCTP and DCCP each have some of these states. States
/// with the same meaning have one name.
/// </summary>
public enum ConnectionState : byte
{
    /// <summary>TCP_CONNTRACK_NONE, SCTP_CONNTRACK_NONE, CT_DCCP_NONE.</summary>
    None,

    /// <summary>TCP_CONNTRACK_SYN_SENT: a SYN was seen.</summary>
    SynSent,

    /// <summary>TCP_CONNTRACK_SYN_RECV: the reply to the SYN was seen.</summary>
    SynReceived,

    /// <summary>TCP_CONNTRACK_ESTABLISHED, SCTP_CONNTRACK_ESTABLISHED.</summary>
    Established,

    /// <summary>TCP_CONNTRACK_FIN_WAIT: one end has closed.</summary>
    FinWait,

    /// <summary>TCP_CONNTRACK_CLOSE_WAIT.</summary>
    CloseWait,

    /// <summary>TCP_CONNTRACK_LAST_ACK.</summary>
    LastAck,

    /// <summary>
    /// TCP_CONNTRACK_TIME_WAIT: both ends have closed, and the entry stays for two minutes; CT_DCCP_TIMEWAIT.
    /// </summary>
    TimeWait,

    /// <summary>TCP_CONNTRACK_CLOSE: the connection was reset, and the entry stays for ten seconds.</summary>
    Close,

    /// <summary>TCP_CONNTRACK_SYN_SENT2: both ends sent a SYN.</summary>
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

    /// <summary>SCTP_CONNTRACK_HEARTBEAT_SENT: a second path is tested.</summary>
    HeartbeatSent,

    /// <summary>SCTP_CONNTRACK_HEARTBEAT_ACKED. Newer kernels do not use this state.</summary>
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
