namespace ProxyHelper.Addresses;

/// <summary>
/// Specifies a protocol above IP (IANA protocol numbers, linux/in.h). Numbers without a name are valid too.
/// </summary>
public enum IPProtocol : byte
{
    /// <summary>
    /// IPv6 hop-by-hop options (IPPROTO_HOPOPTS). A raw packet can have this number over IPv4 as well, and the kernel
    /// tracks it like any other protocol.
    /// </summary>
    HopOpt = 0,

    /// <summary>ICMP for IPv4 (IPPROTO_ICMP).</summary>
    Icmp = 1,

    /// <summary>IGMP (IPPROTO_IGMP).</summary>
    Igmp = 2,

    /// <summary>IPv4 in IP (IPPROTO_IPIP).</summary>
    IPv4 = 4,

    /// <summary>TCP (IPPROTO_TCP).</summary>
    Tcp = 6,

    /// <summary>UDP (IPPROTO_UDP).</summary>
    Udp = 17,

    /// <summary>DCCP (IPPROTO_DCCP).</summary>
    Dccp = 33,

    /// <summary>IPv6 in IP (IPPROTO_IPV6).</summary>
    IPv6 = 41,

    /// <summary>GRE (IPPROTO_GRE). Its keys take the place of ports.</summary>
    Gre = 47,

    /// <summary>IPsec ESP (IPPROTO_ESP).</summary>
    Esp = 50,

    /// <summary>IPsec AH (IPPROTO_AH).</summary>
    Ah = 51,

    /// <summary>ICMP for IPv6 (IPPROTO_ICMPV6).</summary>
    IcmpV6 = 58,

    /// <summary>OSPF (IANA protocol numbers).</summary>
    Ospf = 89,

    /// <summary>PIM (IPPROTO_PIM).</summary>
    Pim = 103,

    /// <summary>VRRP and CARP (IANA protocol numbers).</summary>
    Vrrp = 112,

    /// <summary>L2TP version 3 (IPPROTO_L2TP).</summary>
    L2tp = 115,

    /// <summary>SCTP (IPPROTO_SCTP).</summary>
    Sctp = 132,

    /// <summary>UDP-Lite (IPPROTO_UDPLITE).</summary>
    UdpLite = 136,
}
