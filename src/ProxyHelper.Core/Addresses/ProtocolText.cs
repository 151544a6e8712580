using System.Globalization;

namespace ProxyHelper.Addresses;

/// <summary>Reads and writes protocols above IP as routers show them: by name or by number.</summary>
internal static class ProtocolText
{
    /// <summary>
    /// Reads a name without regard to case, such as tcp, or a number from 0 to 255 (IANA protocol numbers).
    /// </summary>
    /// <returns>False when the text is neither.</returns>
    public static bool TryRead(ReadOnlySpan<char> text, out IPProtocol protocol)
    {
        if (NumberText.TryRead(text, out byte number))
        {
            protocol = (IPProtocol)number;
            return true;
        }

        Span<char> name = stackalloc char[16];
        int length = text.Length <= name.Length ? text.ToLowerInvariant(name) : 0;
        IPProtocol? known = name[..length] switch
        {
            "tcp" => IPProtocol.Tcp,
            "udp" => IPProtocol.Udp,
            "icmp" => IPProtocol.Icmp,
            "ipv6-icmp" or "icmp6" or "icmpv6" or "icmp-v6" => IPProtocol.IcmpV6,
            "igmp" => IPProtocol.Igmp,
            "ipencap" or "ipip" or "ip-encap" or "ip-in-ip" => IPProtocol.IPv4,
            "ipv6" or "ipv6-encap" => IPProtocol.IPv6,
            "gre" => IPProtocol.Gre,
            "esp" or "ipsec-esp" => IPProtocol.Esp,
            "ah" or "ipsec-ah" => IPProtocol.Ah,
            "ospf" or "ospfigp" => IPProtocol.Ospf,
            "pim" => IPProtocol.Pim,
            "vrrp" or "carp" => IPProtocol.Vrrp,
            "l2tp" => IPProtocol.L2tp,
            "sctp" => IPProtocol.Sctp,
            "dccp" => IPProtocol.Dccp,
            "udplite" or "udp-lite" => IPProtocol.UdpLite,
            _ => null,
        };
        protocol = known ?? default;
        return known is not null;
    }

    /// <summary>
    /// Returns the name in small letters, such as tcp or ipv6-icmp, or the number of another protocol.
    /// </summary>
    public static string Describe(IPProtocol protocol) => protocol switch
    {
        IPProtocol.IcmpV6 => "ipv6-icmp",
        IPProtocol.IPv4 => "ipencap",
        _ when Enum.IsDefined(protocol) => protocol.ToString().ToLowerInvariant(),
        _ => ((byte)protocol).ToString(CultureInfo.InvariantCulture),
    };
}
