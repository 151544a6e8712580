using ProxyHelper.Addresses;

namespace ProxyHelper.Conntrack.Saved;

/// <summary>
/// Reads protocols as the conntrack tool writes them: the name, or the number of an unknown protocol.
/// </summary>
internal static class ProtocolName
{
    /// <summary>Reads a protocol.</summary>
    /// <returns>False when the text is neither a name nor a number from 0 to 255.</returns>
    public static bool TryRead(ReadOnlySpan<char> text, out IPProtocol protocol)
    {
        bool isNumber = NumberText.TryRead(text, out byte number);
        IPProtocol? named = text switch
        {
            "tcp" => IPProtocol.Tcp,
            "udp" => IPProtocol.Udp,
            "icmp" => IPProtocol.Icmp,
            "icmpv6" => IPProtocol.IcmpV6,
            "gre" => IPProtocol.Gre,
            "sctp" => IPProtocol.Sctp,
            "dccp" => IPProtocol.Dccp,
            "udplite" => IPProtocol.UdpLite,
            _ => null,
        };
        protocol = isNumber ? (IPProtocol)number : named ?? default;
        return isNumber || named is not null;
    }
}
