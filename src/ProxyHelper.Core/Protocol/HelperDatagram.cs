using System.Buffers.Binary;
using ProxyHelper.Addresses;

namespace ProxyHelper.Protocol;

/// <summary>
/// Describes the datagram of smtp-gated's helper protocol, as observed on smtp-gated 1.4.21. Query and reply have the
/// same layout. All numbers are in network byte order. The cookie is opaque.
/// </summary>
internal static class HelperDatagram
{
    /// <summary>The size of a datagram in bytes.</summary>
    public const int Size = 66;

    /// <summary>The first four bytes: "RPHD".</summary>
    public const uint Magic = 0x52504844;

    /// <summary>The version of the protocol.</summary>
    public const ushort Version = 0x0402;

    /// <summary>The flags of a query.</summary>
    public const ushort QueryFlags = 0x0001;

    /// <summary>The flags of a reply that says found.</summary>
    public const ushort FoundFlags = 0x0012;

    /// <summary>The flags of a reply that says not found.</summary>
    public const ushort NotFoundFlags = 0x0022;

    public const int CookieOffset = 4;
    public const int SecretOffset = 8;
    public const int VersionOffset = 12;
    public const int FlagsOffset = 14;
    public const int SourceOffset = 16;
    public const int DestinationOffset = 20;
    public const int SourcePortOffset = 24;
    public const int DestinationPortOffset = 26;
    public const int IdentOffset = 28;

    /// <summary>The size of the ident in bytes, with a NUL at the end.</summary>
    public const int IdentSize = 32;
}

/// <summary>
/// Reads and writes the two ends of a connection, which have the same place in a query and in a reply. The datagram has
/// room for IPv4 only.
/// </summary>
internal static class HelperEnds
{
    /// <summary>Reads the source.</summary>
    public static TransportEndPoint ReadSource(ReadOnlySpan<byte> datagram) =>
        Read(datagram, HelperDatagram.SourceOffset, HelperDatagram.SourcePortOffset);

    /// <summary>Reads the destination.</summary>
    public static TransportEndPoint ReadDestination(ReadOnlySpan<byte> datagram) =>
        Read(datagram, HelperDatagram.DestinationOffset, HelperDatagram.DestinationPortOffset);

    /// <summary>Writes both ends, which must be IPv4.</summary>
    public static void Write(Span<byte> datagram, TransportEndPoint source, TransportEndPoint destination)
    {
        source.WriteAddress(datagram.Slice(HelperDatagram.SourceOffset, IPv4Address.Size));
        destination.WriteAddress(datagram.Slice(HelperDatagram.DestinationOffset, IPv4Address.Size));
        BinaryPrimitives.WriteUInt16BigEndian(datagram[HelperDatagram.SourcePortOffset..], source.Port);
        BinaryPrimitives.WriteUInt16BigEndian(datagram[HelperDatagram.DestinationPortOffset..], destination.Port);
    }

    private static TransportEndPoint Read(ReadOnlySpan<byte> datagram, int address, int port) => new(
        IPv4Address.FromBytes(datagram.Slice(address, IPv4Address.Size)),
        BinaryPrimitives.ReadUInt16BigEndian(datagram[port..]));
}
