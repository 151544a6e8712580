using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace ProxyHelper.Addresses;

/// <summary>
/// Reads addresses as people write them. <see cref="IPAddress"/> also reads "1" and "010.1.1.1" as IPv4, and interfaces
/// ("fe80::1%eth0"), which no connection tracking knows.
/// </summary>
internal static class AddressText
{
    // Of an IPv6 address.
    private static readonly SearchValues<char> _letters = SearchValues.Create("0123456789abcdefABCDEF:.");

    /// <summary>Reads an IPv4 address, or an IPv6 address in any of its forms.</summary>
    /// <returns>False when the text is neither.</returns>
    public static bool TryRead(ReadOnlySpan<char> text, [NotNullWhen(true)] out IPAddress? address)
    {
        bool isIPv4 = IPv4Address.TryParse(text, out IPv4Address plain);
        address = isIPv4 ? plain.ToIPAddress() : null;
        return isIPv4 || TryReadIPv6(text, out address);
    }

    /// <summary>Reads an IPv4 address and a port from 1 to 65535, such as 127.0.0.1:9114.</summary>
    /// <returns>False when the text is anything else.</returns>
    public static bool TryReadIPv4EndPoint(ReadOnlySpan<char> text, [NotNullWhen(true)] out IPEndPoint? endPoint)
    {
        int colon = text.IndexOf(':');
        bool isEndPoint = IPv4Address.TryParse(colon < 0 ? default : text[..colon], out IPv4Address address)
            & NumberText.TryRead(text[(colon + 1)..], out ushort port) && port != 0;
        endPoint = isEndPoint ? new IPEndPoint(address.ToIPAddress(), port) : null;
        return isEndPoint;
    }

    private static bool TryReadIPv6(ReadOnlySpan<char> text, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        bool isPlain = text.Contains(':') && !text.ContainsAnyExcept(_letters);
        bool hasPlainEnd = !text.Contains('.') || IPv4Address.TryParse(text[(text.LastIndexOf(':') + 1)..], out _);
#pragma warning disable RS0030 // the text is checked above, so that the lenient parser accepts only an IPv6 address
        return isPlain && hasPlainEnd && IPAddress.TryParse(text, out address);
#pragma warning restore RS0030
    }
}
