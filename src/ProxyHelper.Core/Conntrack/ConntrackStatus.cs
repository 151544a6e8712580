namespace ProxyHelper.Conntrack;

/// <summary>The status bits of a conntrack entry (enum ip_conntrack_status, linux/netfilter/nf_conntrack_common.h).</summary>
[Flags]
public enum ConntrackStatus : uint
{
    /// <summary>No bit.</summary>
    None = 0,

    /// <summary>IPS_EXPECTED: opened by another connection, such as FTP's data connection.</summary>
    Expected = 1 << 0,

    /// <summary>IPS_SEEN_REPLY: packets were seen in both directions.</summary>
    SeenReply = 1 << 1,

    /// <summary>IPS_ASSURED: not dropped early when the table is full.</summary>
    Assured = 1 << 2,

    /// <summary>IPS_CONFIRMED: the first packet has left the machine.</summary>
    Confirmed = 1 << 3,

    /// <summary>IPS_SRC_NAT: the source is translated. Missing on entries that were not made by a NAT rule here.</summary>
    SourceNat = 1 << 4,

    /// <summary>IPS_DST_NAT: the destination is translated. Missing likewise.</summary>
    DestinationNat = 1 << 5,

    /// <summary>IPS_SEQ_ADJUST: TCP sequence numbers are changed on the way.</summary>
    SequenceAdjusted = 1 << 6,

    /// <summary>IPS_SRC_NAT_DONE: source NAT was considered.</summary>
    SourceNatDone = 1 << 7,

    /// <summary>IPS_DST_NAT_DONE: destination NAT was considered.</summary>
    DestinationNatDone = 1 << 8,

    /// <summary>IPS_DYING: being removed.</summary>
    Dying = 1 << 9,

    /// <summary>IPS_FIXED_TIMEOUT: packets don't renew its timeout.</summary>
    FixedTimeout = 1 << 10,

    /// <summary>IPS_TEMPLATE.</summary>
    Template = 1 << 11,

    /// <summary>IPS_NAT_CLASH.</summary>
    NatClash = 1 << 12,

    /// <summary>IPS_HELPER: a connection tracking helper was set by hand.</summary>
    Helper = 1 << 13,

    /// <summary>IPS_OFFLOAD: handled by a flow table; no timeout and no TCP state.</summary>
    Offload = 1 << 14,

    /// <summary>IPS_HW_OFFLOAD: handled by the network card.</summary>
    HardwareOffload = 1 << 15,
}
