using System.Buffers.Binary;
using System.Net;
using System.Text;
using ProxyHelper.Addresses;

namespace ProxyHelper.TestSupport;

/// <summary>
/// Writes the datagrams of smtp-gated, byte by byte. This code does not use the core, so that a mistake in the core
/// cannot hide itself.
/// </summary>
internal static class QueryDatagram
{
    /// <summary>The size of each datagram, in bytes.</summary>
    public const int Size = 66;

    /// <summary>The cookie of smtp-gated, which stays the same for its whole life. The value has no meaning.</summary>
    public const uint Cookie = 0xa5fe844b;

    /// <summary>Returns the query about a connection, with its translated source and destination.</summary>
    public static byte[] Query(
        TransportEndPoint source, TransportEndPoint destination, uint secret = 0, uint cookie = Cookie)
    {
        byte[] query = new byte[Size];
        "RPHD"u8.CopyTo(query);
        Put(query, 4, cookie);
        Put(query, 8, secret);
        Put(query, 12, 0x0402_0001); // version 4.2, a query
        PutEnds(query, source, destination);
        return query;
    }

    /// <summary>Returns the reply to a query whose connection is found.</summary>
    public static byte[] Found(byte[] query, TransportEndPoint user, TransportEndPoint server)
    {
        byte[] reply = new byte[Size];
        query.AsSpan(0, 8).CopyTo(reply); // magic and cookie; a reply has no secret
        Put(reply, 12, 0x0402_0012); // a reply, found
        PutEnds(reply, user, server);
        Encoding.ASCII.GetBytes(user.Address).CopyTo(reply, 28);
        return reply;
    }

    private static void PutEnds(byte[] datagram, TransportEndPoint source, TransportEndPoint destination)
    {
        PutAddress(datagram, 16, source.ToIPEndPoint().Address);
        PutAddress(datagram, 20, destination.ToIPEndPoint().Address);
        Put(datagram, 24, ((uint)source.Port << 16) | destination.Port);
    }

    private static void PutAddress(byte[] datagram, int offset, IPAddress address) =>
        address.GetAddressBytes().CopyTo(datagram, offset);

    private static void Put(byte[] datagram, int offset, uint value) =>
        BinaryPrimitives.WriteUInt32BigEndian(datagram.AsSpan(offset), value);
}
