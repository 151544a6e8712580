using System.Buffers.Binary;
using ProxyHelper.Addresses;

namespace ProxyHelper.Protocol;

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
