namespace ProxyHelper.Conntrack.Wire;

/// <summary>
/// The ctnetlink attributes that ProxyHelper uses, each with its kernel name (linux/netfilter/nfnetlink_conntrack.h).
/// </summary>
internal static class CtAttribute
{
    // enum ctattr_type
    public const ushort TupleOriginal = 1; // CTA_TUPLE_ORIG
    public const ushort TupleReply = 2; // CTA_TUPLE_REPLY
    public const ushort Status = 3; // CTA_STATUS
    public const ushort ProtocolInfo = 4; // CTA_PROTOINFO
    public const ushort Timeout = 7; // CTA_TIMEOUT, seconds
    public const ushort Mark = 8; // CTA_MARK
    public const ushort CountersOriginal = 9; // CTA_COUNTERS_ORIG
    public const ushort CountersReply = 10; // CTA_COUNTERS_REPLY
    public const ushort Id = 12; // CTA_ID
    public const ushort Zone = 18; // CTA_ZONE
    public const ushort Timestamp = 20; // CTA_TIMESTAMP
    public const ushort MarkMask = 21; // CTA_MARK_MASK
    public const ushort Filter = 25; // CTA_FILTER
    public const ushort StatusMask = 26; // CTA_STATUS_MASK

    // enum ctattr_tuple
    public const ushort TupleIP = 1; // CTA_TUPLE_IP
    public const ushort TupleProtocol = 2; // CTA_TUPLE_PROTO
    public const ushort TupleZone = 3; // CTA_TUPLE_ZONE, a zone that holds for one direction only

    // enum ctattr_ip
    public const ushort IPv4Source = 1; // CTA_IP_V4_SRC
    public const ushort IPv4Destination = 2; // CTA_IP_V4_DST
    public const ushort IPv6Source = 3; // CTA_IP_V6_SRC
    public const ushort IPv6Destination = 4; // CTA_IP_V6_DST

    // enum ctattr_l4proto
    public const ushort ProtocolNumber = 1; // CTA_PROTO_NUM
    public const ushort SourcePort = 2; // CTA_PROTO_SRC_PORT
    public const ushort DestinationPort = 3; // CTA_PROTO_DST_PORT
    public const ushort IcmpIdentifier = 4; // CTA_PROTO_ICMP_ID
    public const ushort IcmpType = 5; // CTA_PROTO_ICMP_TYPE
    public const ushort IcmpCode = 6; // CTA_PROTO_ICMP_CODE
    public const ushort IcmpV6Identifier = 7; // CTA_PROTO_ICMPV6_ID
    public const ushort IcmpV6Type = 8; // CTA_PROTO_ICMPV6_TYPE
    public const ushort IcmpV6Code = 9; // CTA_PROTO_ICMPV6_CODE

    // enum ctattr_protoinfo; inside each of its three attributes: enum ctattr_protoinfo_tcp, _dccp, _sctp
    public const ushort ProtocolInfoTcp = 1; // CTA_PROTOINFO_TCP
    public const ushort ProtocolInfoDccp = 2; // CTA_PROTOINFO_DCCP
    public const ushort ProtocolInfoSctp = 3; // CTA_PROTOINFO_SCTP
    public const ushort ProtocolState = 1; // CTA_PROTOINFO_TCP_STATE, _DCCP_STATE, _SCTP_STATE

    // enum ctattr_counters, ctattr_timestamp
    public const ushort CounterPackets = 1; // CTA_COUNTERS_PACKETS
    public const ushort CounterBytes = 2; // CTA_COUNTERS_BYTES
    public const ushort TimestampStart = 1; // CTA_TIMESTAMP_START, nanoseconds since 1970

    // enum ctattr_filter: 32-bit numbers in host byte order, unlike all other numbers of ctnetlink
    public const ushort FilterOriginalFlags = 1; // CTA_FILTER_ORIG_FLAGS
    public const ushort FilterReplyFlags = 2; // CTA_FILTER_REPLY_FLAGS

    // enum ctattr_stats_cpu, without the counters that kernels no longer use
    public const ushort CounterFound = 2; // CTA_STATS_FOUND
    public const ushort CounterInvalid = 4; // CTA_STATS_INVALID
    public const ushort CounterInsert = 8; // CTA_STATS_INSERT
    public const ushort CounterInsertFailed = 9; // CTA_STATS_INSERT_FAILED
    public const ushort CounterDrop = 10; // CTA_STATS_DROP
    public const ushort CounterEarlyDrop = 11; // CTA_STATS_EARLY_DROP
    public const ushort CounterError = 12; // CTA_STATS_ERROR
    public const ushort CounterSearchRestart = 13; // CTA_STATS_SEARCH_RESTART
    public const ushort CounterClashResolve = 14; // CTA_STATS_CLASH_RESOLVE
    public const ushort CounterChainTooLong = 15; // CTA_STATS_CHAIN_TOOLONG

    // enum ctattr_stats_global
    public const ushort StatisticsEntries = 1; // CTA_STATS_GLOBAL_ENTRIES
    public const ushort StatisticsMaximum = 2; // CTA_STATS_GLOBAL_MAX_ENTRIES
}
