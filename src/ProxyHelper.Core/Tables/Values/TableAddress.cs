using System.Net;
using ProxyHelper.Addresses;

namespace ProxyHelper.Tables.Values;

/// <summary>Reads addresses and ports as the tables of routers show them.</summary>
internal static class TableAddress
{
    /// <summary>
    /// Reads an IPv4 or IPv6 address. The interface of a link-local address (fe80::1%em0) is accepted and left out. An
    /// IPv4 address that is mapped into IPv6 is refused.
    /// </summary>
    /// <returns>False if the text is not an address.</returns>
    public static bool TryRead(ReadOnlySpan<char> text, out TransportEndPoint address)
    {
        int scope = text.IndexOf('%');
        bool isAddress = AddressText.TryRead(scope < 0 ? text : text[..scope], out IPAddress? read)
            && !read.IsIPv4MappedToIPv6
            && (scope < 0 || (read.IsIPv6LinkLocal && scope < text.Length - 1));
        address = isAddress ? new TransportEndPoint(read!, 0) : default;
        return isAddress;
    }

    /// <summary>Reads a port of one to five digits.</summary>
    /// <returns>False if the text is not a port.</returns>
    public static bool TryReadPort(ReadOnlySpan<char> text, out ushort port)
    {
        const int longest = 5;
        port = 0;
        return text.Length <= longest && NumberText.TryRead(text, out port);
    }
}
