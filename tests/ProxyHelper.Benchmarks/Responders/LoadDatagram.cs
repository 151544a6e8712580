using System.Buffers.Binary;

namespace ProxyHelper.Benchmarks.Responders;

/// <summary>
/// Writes queries about flows and checks the replies. The code is independent of the core, so that it finds the core's
/// mistakes and takes next to no time.
/// </summary>
internal static class LoadDatagram
{
    /// <summary>The length of a datagram in bytes.</summary>
    public const int Size = 66;

    private const uint Magic = 0x5250_4844; // RPHD
    private const uint Query = 0x0402_0001; // version 4.2 and the flags
    private const uint Found = 0x0402_0012;
    private const uint NotFound = 0x0402_0022;
    private const int CookieAt = 4, KindAt = 12, SourceAt = 16, DestinationAt = 20, PortsAt = 24;

    // A destination without connections, as evenly spread over the table as the flows.
    private const ushort PortOfMisses = RouterFlow.ProxyPort + 1;

    /// <summary>Writes a query.</summary>
    public static void Write(Span<byte> datagram, uint cookie, RouterFlow flow, bool isMiss)
    {
        datagram.Clear();
        Put(datagram, 0, Magic);
        Put(datagram, CookieAt, cookie);
        Put(datagram, KindAt, Query);
        Put(datagram, SourceAt, flow.RouterAddress);
        Put(datagram, DestinationAt, RouterFlow.ProxyAddress);
        Put(datagram, PortsAt, Ports(flow.RouterPort, isMiss ? PortOfMisses : RouterFlow.ProxyPort));
    }

    /// <summary>Returns the cookie of a reply, or null if the datagram is not a reply.</summary>
    public static uint? Cookie(ReadOnlySpan<byte> datagram) =>
        datagram.Length == Size && Get(datagram, 0) == Magic ? Get(datagram, CookieAt) : null;

    /// <summary>Returns whether a reply is correct.</summary>
    public static bool IsRight(ReadOnlySpan<byte> datagram, RouterFlow flow, bool isMiss) => isMiss
        ? Get(datagram, KindAt) == NotFound
        : Get(datagram, KindAt) == Found
            && Get(datagram, SourceAt) == flow.UserAddress
            && Get(datagram, DestinationAt) == RouterFlow.ServerAddress
            && Get(datagram, PortsAt) == Ports(flow.UserPort, RouterFlow.ServerPort);

    private static uint Ports(ushort source, ushort destination) => ((uint)source << 16) | destination;

    private static void Put(Span<byte> datagram, int offset, uint value) =>
        BinaryPrimitives.WriteUInt32BigEndian(datagram[offset..], value);

    private static uint Get(ReadOnlySpan<byte> datagram, int offset) =>
        BinaryPrimitives.ReadUInt32BigEndian(datagram[offset..]);
}
