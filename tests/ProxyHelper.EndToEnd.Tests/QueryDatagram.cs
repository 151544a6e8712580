using System.Buffers.Binary;
using System.Net;
using System.Text;
using ProxyHelper.Addresses;

namespace ProxyHelper.EndToEnd;

/// <summary>
/// smtp-gated's datagram, byte by byte. Written apart from the core's on purpose, so that a mistake there does not hide behind
/// itself.
/// </summary>
internal static class QueryDatagram
{
    /// <summary>Each datagram has this many bytes.</summary>
    public const int Size = 66;

    /// <summary>smtp-gated has one cookie for its whole life; what it is means nothing.</summary>
    public const uint Cookie = 0xa5fe844b;

    /// <summary>The query of a connection as the proxy sees it.</summary>
    public static byte[] Query(TransportEndPoint source, TransportEndPoint destination, uint secret = 0, uint cookie = Cookie)
    {
        byte[] query = new byte[Size];
        "RPHD"u8.CopyTo(query);
        Put(query, 4, cookie);
        Put(query, 8, secret);
        Put(query, 12, 0x0402_0001); // version 4.2, a query
        PutEnds(query, source, destination);
        return query;
    }

    /// <summary>The answer that a query must get when its connection was found.</summary>
    public static byte[] Found(byte[] query, TransportEndPoint user, TransportEndPoint server)
    {
        byte[] reply = new byte[Size];
        query.AsSpan(0, 8).CopyTo(reply); // magic and cookie; the secret is not sent back
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

    private static void PutAddress(byte[] datagram, int offset, IPAddress address) => address.GetAddressBytes().CopyTo(datagram, offset);

    private static void Put(byte[] datagram, int offset, uint value) =>
        BinaryPrimitives.WriteUInt32BigEndian(datagram.AsSpan(offset), value);
}
