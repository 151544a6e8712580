using System.Buffers.Binary;
using System.Globalization;
using System.Text.Unicode;
using ProxyHelper.Addresses;

namespace ProxyHelper.Relay;

/// <summary>Writes the header of the PROXY protocol (HAProxy, doc/proxy-protocol.txt).</summary>
internal static class ProxyHeader
{
    /// <summary>The size of a buffer that holds every header.</summary>
    public const int MaxLength = 128;

    private const byte VersionAndCommand = 0x21; // version 2, PROXY
    private const byte FamilyAndProtocol = 0x11; // AF_INET, SOCK_STREAM
    private const byte UniqueId = 0x05; // PP2_TYPE_UNIQUE_ID
    private const int IdLength = 16; // hexadecimal digits
    private const int EndsLength = (2 * IPv4Address.Size) + (2 * sizeof(ushort));
    private const int FieldHeadLength = 3; // type and length of a TLV
    private const int LongestAddress = 15; // 255.255.255.255

    /// <summary>Writes a header.</summary>
    /// <param name="header">At least <see cref="MaxLength"/> bytes.</param>
    /// <param name="protocol">The version of the header.</param>
    /// <param name="source">The original source, IPv4.</param>
    /// <param name="destination">The original destination, IPv4.</param>
    /// <param name="id">The number of the connection. The target's log can show it as 16 hexadecimal digits.</param>
    /// <returns>The number of bytes; 0 if there is no header.</returns>
    public static int Write(
        Span<byte> header, ProxyProtocol protocol, TransportEndPoint source, TransportEndPoint destination, ulong id) =>
        protocol switch
        {
            ProxyProtocol.V2 => WriteBinary(header, source, destination, id),
            ProxyProtocol.V1 => WriteText(header, source, destination),
            _ => 0,
        };

    private static int WriteBinary(Span<byte> header, TransportEndPoint source, TransportEndPoint destination, ulong id)
    {
        ReadOnlySpan<byte> signature = "\r\n\r\n\0\r\nQUIT\n"u8;
        signature.CopyTo(header);
        Span<byte> rest = header[signature.Length..];
        rest[0] = VersionAndCommand;
        rest[1] = FamilyAndProtocol;
        BinaryPrimitives.WriteUInt16BigEndian(rest[2..], EndsLength + FieldHeadLength + IdLength);
        rest = rest[4..];
        source.WriteAddress(rest);
        destination.WriteAddress(rest[IPv4Address.Size..]);
        rest = rest[(2 * IPv4Address.Size)..];
        BinaryPrimitives.WriteUInt16BigEndian(rest, source.Port);
        BinaryPrimitives.WriteUInt16BigEndian(rest[sizeof(ushort)..], destination.Port);
        rest = rest[(2 * sizeof(ushort))..];
        rest[0] = UniqueId;
        BinaryPrimitives.WriteUInt16BigEndian(rest[1..], IdLength);
        id.TryFormat(rest[FieldHeadLength..], out _, "x16", CultureInfo.InvariantCulture);
        return header.Length - rest.Length + FieldHeadLength + IdLength;
    }

    private static int WriteText(Span<byte> header, TransportEndPoint source, TransportEndPoint destination)
    {
        Span<byte> from = stackalloc byte[LongestAddress], to = stackalloc byte[LongestAddress];
        source.TryFormatAddress(from, out int fromLength);
        destination.TryFormatAddress(to, out int toLength);
        Utf8.TryWrite(
            header,
            CultureInfo.InvariantCulture,
            $"PROXY TCP4 {from[..fromLength]} {to[..toLength]} {source.Port} {destination.Port}\r\n",
            out int length);
        return length;
    }
}
