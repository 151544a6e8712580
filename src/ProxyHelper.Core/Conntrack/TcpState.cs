namespace ProxyHelper.Conntrack;

/// <summary>Where conntrack sees a TCP connection (enum tcp_conntrack, linux/netfilter/nf_conntrack_tcp.h).</summary>
public enum TcpState : byte
{
    /// <summary>TCP_CONNTRACK_NONE.</summary>
    None = 0,

    /// <summary>TCP_CONNTRACK_SYN_SENT: the first SYN was seen.</summary>
    SynSent = 1,

    /// <summary>TCP_CONNTRACK_SYN_RECV: the answer to it was seen.</summary>
    SynReceived = 2,

    /// <summary>TCP_CONNTRACK_ESTABLISHED.</summary>
    Established = 3,

    /// <summary>TCP_CONNTRACK_FIN_WAIT: one side has closed.</summary>
    FinWait = 4,

    /// <summary>TCP_CONNTRACK_CLOSE_WAIT.</summary>
    CloseWait = 5,

    /// <summary>TCP_CONNTRACK_LAST_ACK.</summary>
    LastAck = 6,

    /// <summary>TCP_CONNTRACK_TIME_WAIT: both have closed; the entry stays two minutes.</summary>
    TimeWait = 7,

    /// <summary>TCP_CONNTRACK_CLOSE: reset; the entry stays ten seconds.</summary>
    Close = 8,

    /// <summary>TCP_CONNTRACK_SYN_SENT2: both sides sent a SYN.</summary>
    SynSent2 = 9,
}
