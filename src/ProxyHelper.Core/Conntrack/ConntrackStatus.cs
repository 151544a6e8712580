namespace ProxyHelper.Conntrack;

/// <summary>
/// Specifies the status bits of a conntrack entry (enum ip_conntrack_status, linux/netfilter/nf_conntrack_common.h).
/// </summary>
[Flags]
public enum ConntrackStatus : uint
{
    /// <summary>No bit.</summary>
    None = 0,

    /// <summary>IPS_EXPECTED: another connection announced this one, such as the data connection of FTP.</summary>
    Expected = 1 << 0,

    /// <summary>IPS_SEEN_REPLY: packets were seen in both directions.</summary>
    SeenReply = 1 << 1,

    /// <summary>IPS_ASSURED: the entry is not dropped early when the table is full.</summary>
    Assured = 1 << 2,

    /// <summary>IPS_CONFIRMED: the first packet has left the machine.</summary>
    Confirmed = 1 << 3,

    /// <summary>
    /// IPS_SRC_NAT: the source is translated. The bit is missing on entries that no local NAT rule made.
    /// </summary>
    SourceNat = 1 << 4,

    /// <summary>
    /// IPS_DST_NAT: the destination is translated. The bit is missing on entries that no local NAT rule made.
    /// </summary>
    DestinationNat = 1 << 5,

    /// <summary>IPS_SEQ_ADJUST: the router changes TCP sequence numbers.</summary>
    SequenceAdjusted = 1 << 6,

    /// <summary>IPS_SRC_NAT_DONE: source NAT was considered.</summary>
    SourceNatDone = 1 << 7,

    /// <summary>IPS_DST_NAT_DONE: destination NAT was considered.</summary>
    DestinationNatDone = 1 << 8,

    /// <summary>IPS_DYING: the entry is being removed.</summary>
    Dying = 1 << 9,

    /// <summary>IPS_FIXED_TIMEOUT: packets do not renew the timeout.</summary>
    FixedTimeout = 1 << 10,

    /// <summary>IPS_TEMPLATE.</summary>
    Template = 1 << 11,

    /// <summary>IPS_NAT_CLASH.</summary>
    NatClash = 1 << 12,

    /// <summary>IPS_HELPER: an administrator set a connection tracking helper.</summary>
    Helper = 1 << 13,

    /// <summary>IPS_OFFLOAD: a flow table handles the connection. The entry has no timeout and no TCP state.</summary>
    Offload = 1 << 14,

    /// <summary>IPS_HW_OFFLOAD: the network card handles the connection.</summary>
    HardwareOffload = 1 << 15,
}
