using System.Buffers;
using System.Buffers.Binary;
using ProxyHelper.Addresses;
using ProxyHelper.Protocol;

namespace ProxyHelper.Fuzzing.Targets;

/// <summary>A datagram as it comes to the responder, and the replies that are written over it when it is a query.</summary>
internal sealed class DatagramTarget : IFuzzTarget
{
    private static readonly SearchValues<byte> _safe = SearchValues.Create("0123456789.:"u8);

    /// <inheritdoc/>
    public string Name => "datagram";

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        bool isQuery = Query.TryRead(input, out Query query, out QueryFault fault);
        Invariant.Holds(isQuery == (fault == QueryFault.None), "what is no query has a fault");
        if (!isQuery)
        {
            Invariant.Holds(query == default, "of what is no query nothing is read");
            return;
        }

        CheckQueryWritten(input, query);
        CheckNotFound(input);
        CheckFound(input, query, IdentFormat.Address, query.Destination.Address);
        CheckFound(input, query, IdentFormat.Endpoint, query.Destination.ToString());
        CheckFound(input, query, IdentFormat.None, string.Empty);
    }

    private static void CheckQueryWritten(ReadOnlySpan<byte> input, Query query)
    {
        Span<byte> expected = stackalloc byte[HelperDatagram.Size], written = stackalloc byte[HelperDatagram.Size];
        input.CopyTo(expected);
        expected[HelperDatagram.IdentOffset..].Clear(); // ident and MAC say nothing in a query, and are not kept
        written.Fill(0xEE);
        query.Write(written);
        Invariant.Holds(written.SequenceEqual(expected), "a query that was read is written with the same bytes");
    }

    private static void CheckNotFound(ReadOnlySpan<byte> input)
    {
        Span<byte> expected = stackalloc byte[HelperDatagram.Size], reply = stackalloc byte[HelperDatagram.Size];
        input.CopyTo(reply);
        Reply.WriteNotFound(reply); // its room is the query's: a byte more would throw
        Head(input, HelperDatagram.NotFoundFlags, expected);
        Invariant.Holds(
            reply.SequenceEqual(expected),
            "'not found' is the query with other flags, and without its secret and what stood behind its ends");
        Invariant.Holds(!Query.TryRead(reply, out _, out _), "no reply is a query");
    }

    // The query's ends, changed over, stand for what conntrack says.
    private static void CheckFound(ReadOnlySpan<byte> input, Query query, IdentFormat format, string ident)
    {
        (TransportEndPoint source, TransportEndPoint destination) = (query.Destination, query.Source);
        Span<byte> expected = stackalloc byte[HelperDatagram.Size], reply = stackalloc byte[HelperDatagram.Size];
        input.CopyTo(reply);
        Reply.WriteFound(reply, source, destination, format);
        Head(input, HelperDatagram.FoundFlags, expected);
        HelperEnds.Write(expected, source, destination);
        Invariant.Holds(
            reply[..HelperDatagram.IdentOffset].SequenceEqual(expected[..HelperDatagram.IdentOffset]),
            "'found' has the query's cookie, no secret, and the original ends");

        Span<byte> name = reply.Slice(HelperDatagram.IdentOffset, ident.Length);
        Invariant.Holds(!name.ContainsAnyExcept(_safe), "an ident has digits, dots and colons only");
        Invariant.Holds(
            !reply[(HelperDatagram.IdentOffset + ident.Length)..].ContainsAnyExcept((byte)0),
            "behind the ident there is nothing");
        Invariant.Holds(Reply.TryRead(reply, query.Cookie, out Reply read, out _), "a reply that was written is read");
        Invariant.Holds(
            read == new Reply(query.Cookie, true, source, destination, ident),
            "a reply is read as it was written");
        Invariant.Holds(!Query.TryRead(reply, out _, out _), "no reply is a query");
    }

    private static void Head(ReadOnlySpan<byte> query, ushort flags, Span<byte> reply)
    {
        query[..HelperDatagram.IdentOffset].CopyTo(reply);
        reply.Slice(HelperDatagram.SecretOffset, sizeof(uint)).Clear();
        BinaryPrimitives.WriteUInt16BigEndian(reply[HelperDatagram.FlagsOffset..], flags);
        reply[HelperDatagram.IdentOffset..].Clear();
    }
}
