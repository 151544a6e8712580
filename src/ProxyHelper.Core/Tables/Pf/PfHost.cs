using System.Buffers;
using System.Net;
using System.Net.Sockets;
using ProxyHelper.Addresses;
using ProxyHelper.Tables.Values;

namespace ProxyHelper.Tables.Pf;

/// <summary>
/// Represents a host of a state as pfctl prints it: "10.1.1.1:25", "2001:db8::1[25]", or an address without a port. A
/// routing domain other than 0 is before the address: "(3) 10.1.1.1:25".
/// </summary>
internal ref struct PfHost
{
    private const int SecurityIndexLength = 8;
    private const char FilterMark = '~';
    private const int LinkLocal = 2; // of a multicast address (RFC 4291)

    private static readonly SearchValues<char> _hexDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>Gets the address and the port.</summary>
    public TransportEndPoint End { get; private set; }

    /// <summary>Gets the routing domain.</summary>
    public ushort RoutingDomain { get; set; }

    /// <summary>Gets the interface of a link-local address, or nothing.</summary>
    public ReadOnlySpan<char> Scope { get; private set; }

    /// <summary>Gets the security parameter index that macOS prints in place of a port of ESP, or nothing.</summary>
    public ReadOnlySpan<char> SecurityIndex { get; private set; }

    /// <summary>Gets the family of the address.</summary>
    public readonly AddressFamily Family => End.AddressFamily;

    /// <summary>Reads the address and the port.</summary>
    /// <param name="text">The text between two blanks or in brackets.</param>
    /// <param name="protocol">The protocol of the state.</param>
    /// <returns>False if the text is anything else, such as a name.</returns>
    public bool TryRead(ReadOnlySpan<char> text, IPProtocol? protocol)
    {
        // macOS marks the address, or the port, that a packet of UDP need not match.
        text = text is [FilterMark, ..] ? text[1..] : text;
        int bracket = text.IndexOf('[');
        int colon = text.IndexOf(':');
        bool isIPv4 = bracket < 0 && (colon < 0 ? text : text[..colon]).Contains('.');
        int end = isIPv4 ? colon : bracket;
        ReadOnlySpan<char> address = end < 0 ? text : text[..end];
        address = end > 0 && address is [.., FilterMark] ? address[..^1] : address;
        if (!(isIPv4 ? TryReadIPv4(address) : TryReadIPv6(address)))
        {
            return false;
        }

        ReadOnlySpan<char> port = end < 0 ? default : text[(end + 1)..];
        return end < 0 ? true
            : isIPv4 ? TryReadPort(port, protocol)
            : port is [.., ']'] && TryReadPort(port[..^1], protocol);
    }

    private bool TryReadIPv4(ReadOnlySpan<char> text)
    {
        bool isAddress = IPv4Address.TryParse(text, out IPv4Address address);
        End = new TransportEndPoint(address, 0);
        return isAddress;
    }

    private bool TryReadIPv6(ReadOnlySpan<char> text)
    {
        int percent = text.IndexOf('%');
        ReadOnlySpan<char> number = percent < 0 ? text : text[..percent];
        if (percent == text.Length - 1 || !AddressText.TryRead(number, out IPAddress? address)
            || address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return false;
        }

        // An address that contains an IPv4 address stays IPv6.
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        End = TransportEndPoint.FromBytes(bytes, 0);
        Scope = percent < 0 ? default : text[(percent + 1)..];
        return percent < 0 || address.IsIPv6LinkLocal || (address.IsIPv6Multicast && (bytes[1] & 0xf) == LinkLocal);
    }

    private bool TryReadPort(ReadOnlySpan<char> text, IPProtocol? protocol)
    {
        if (TableAddress.TryReadPort(text, out ushort port))
        {
            End = End.WithPort(port);
            return true;
        }

        SecurityIndex = text;
        return protocol == IPProtocol.Esp && text.Length == SecurityIndexLength && !text.ContainsAnyExcept(_hexDigits);
    }
}
