using ProxyHelper.Addresses;

namespace ProxyHelper.Tables.Values;

/// <summary>Says whether the ends of a protocol have ports.</summary>
internal static class ProtocolPorts
{
    /// <summary>Returns whether both ends of each connection of a protocol have a port.</summary>
    public static bool HasPorts(IPProtocol protocol) =>
        protocol is IPProtocol.Tcp or IPProtocol.Udp or IPProtocol.Dccp or IPProtocol.Sctp or IPProtocol.UdpLite;

    /// <summary>Returns whether a protocol is ICMP of IPv4 or IPv6. An unknown protocol is not.</summary>
    public static bool IsIcmp(IPProtocol? protocol) => protocol is IPProtocol.Icmp or IPProtocol.IcmpV6;
}
