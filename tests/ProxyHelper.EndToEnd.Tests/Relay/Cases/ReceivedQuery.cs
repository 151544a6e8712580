using System.Buffers.Binary;
using System.Net;

namespace ProxyHelper.EndToEnd.Relay.Cases;

/// <summary>Represents a query that a helper received.</summary>
/// <param name="Bytes">The datagram.</param>
/// <param name="Sender">The address and port of the relay's UDP socket.</param>
internal sealed record ReceivedQuery(byte[] Bytes, IPEndPoint Sender)
{
    private const int SourceOffset = 16, SourcePortOffset = 24;
    private const uint ReplyAndNotFound = 0x0402_0022;

    /// <summary>Gets the port of the translated source, which says which connection the query is about.</summary>
    public int SourcePort => BinaryPrimitives.ReadUInt16BigEndian(Bytes.AsSpan(SourcePortOffset));

    /// <summary>Gets the address of the translated source.</summary>
    public IPAddress SourceAddress => new(Bytes.AsSpan(SourceOffset, 4));

    /// <summary>Returns the reply "found".</summary>
    public byte[] Found(OriginalEnds ends) => QueryDatagram.Found(Bytes, ends.Source, ends.Destination);

    /// <summary>Returns the reply "not found".</summary>
    public byte[] NotFound()
    {
        byte[] reply = [.. Bytes];
        reply.AsSpan(8, 4).Clear(); // a reply has no secret
        BinaryPrimitives.WriteUInt32BigEndian(reply.AsSpan(12), ReplyAndNotFound);
        return reply;
    }
}
