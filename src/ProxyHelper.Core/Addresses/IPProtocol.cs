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

    /// <summary>TCP (IPPROTO_TCP).</summary>
    Tcp = 6,

    /// <summary>UDP (IPPROTO_UDP).</summary>
    Udp = 17,

    /// <summary>DCCP (IPPROTO_DCCP).</summary>
    Dccp = 33,

    /// <summary>GRE (IPPROTO_GRE). Its keys take the place of ports.</summary>
    Gre = 47,

    /// <summary>ICMP for IPv6 (IPPROTO_ICMPV6).</summary>
    IcmpV6 = 58,

    /// <summary>SCTP (IPPROTO_SCTP).</summary>
    Sctp = 132,

    /// <summary>UDP-Lite (IPPROTO_UDPLITE).</summary>
    UdpLite = 136,
}
