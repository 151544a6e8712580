using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace ProxyHelper.Addresses;

/// <summary>
/// Addresses as people write them. IPAddress alone also reads "1" and "010.1.1.1" as IPv4, and takes interfaces ("fe80::1%eth0"), which
/// no connection tracking knows.
/// </summary>
internal static class AddressText
{
    /// <summary>Reads four plain decimal numbers, or an IPv6 address in any of its forms.</summary>
    public static bool TryRead(ReadOnlySpan<char> text, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        return !text.ContainsAny('[', ']', '%')
            && IPAddress.TryParse(text, out address)
            && (address.AddressFamily == AddressFamily.InterNetworkV6 || address.ToString().AsSpan().SequenceEqual(text));
    }
}
