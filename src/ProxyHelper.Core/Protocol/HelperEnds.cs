using System.Buffers.Binary;
using ProxyHelper.Addresses;

namespace ProxyHelper.Protocol;

/// <summary>The two ends of a connection, which stand at the same place in a query and in a reply. IPv4 only: there is room for no more.</summary>
internal static class HelperEnds
{
    private const int AddressSize = 4;

    /// <summary>Reads the source.</summary>
    public static TransportEndPoint ReadSource(ReadOnlySpan<byte> datagram) => Read(datagram, HelperDatagram.SourceOffset, HelperDatagram.SourcePortOffset);

    /// <summary>Reads the destination.</summary>
    public static TransportEndPoint ReadDestination(ReadOnlySpan<byte> datagram) => Read(datagram, HelperDatagram.DestinationOffset, HelperDatagram.DestinationPortOffset);

    /// <summary>Writes both, which must be IPv4.</summary>
    public static void Write(Span<byte> datagram, TransportEndPoint source, TransportEndPoint destination)
    {
        source.WriteAddress(datagram.Slice(HelperDatagram.SourceOffset, AddressSize));
        destination.WriteAddress(datagram.Slice(HelperDatagram.DestinationOffset, AddressSize));
        BinaryPrimitives.WriteUInt16BigEndian(datagram[HelperDatagram.SourcePortOffset..], source.Port);
        BinaryPrimitives.WriteUInt16BigEndian(datagram[HelperDatagram.DestinationPortOffset..], destination.Port);
    }

    private static TransportEndPoint Read(ReadOnlySpan<byte> datagram, int address, int port) =>
        TransportEndPoint.FromBytes(datagram.Slice(address, AddressSize), BinaryPrimitives.ReadUInt16BigEndian(datagram[port..]));
}
