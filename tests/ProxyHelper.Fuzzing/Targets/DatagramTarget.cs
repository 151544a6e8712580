using System.Buffers;
using System.Buffers.Binary;
using ProxyHelper.Addresses;
using ProxyHelper.Protocol;

namespace ProxyHelper.Fuzzing.Targets;

/// <summary>Reads a datagram as the responder does, and writes the replies over a query.</summary>
internal sealed class DatagramTarget : IFuzzTarget
{
    private static readonly SearchValues<byte> _safe = SearchValues.Create("0123456789.:"u8);

    /// <inheritdoc/>
    public string Name => "datagram";

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        bool isQuery = Query.TryRead(input, out Query query, out QueryFault fault);
        Invariant.Holds(isQuery == (fault == QueryFault.None), "a datagram or line that is not a query has a fault");
        if (!isQuery)
        {
            Invariant.Holds(query == default, "nothing is read from bytes that are not a query");
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
        expected[HelperDatagram.IdentOffset..].Clear(); // a query has no ident and no MAC
        written.Fill(0xEE);
        query.Write(written);
        Invariant.Holds(written.SequenceEqual(expected), "a query that was read is written with the same bytes");
    }

    private static void CheckNotFound(ReadOnlySpan<byte> input)
    {
        Span<byte> expected = stackalloc byte[HelperDatagram.Size], reply = stackalloc byte[HelperDatagram.Size];
        input.CopyTo(reply);
        Reply.WriteNotFound(reply); // one more byte would be an exception
        Head(input, HelperDatagram.NotFoundFlags, expected);
        Invariant.Holds(
            reply.SequenceEqual(expected),
            "'not found' is the query with other flags, without its secret and without the bytes after its ends");
        Invariant.Holds(!Query.TryRead(reply, out _, out _), "a reply is not a query");
    }

    // The exchanged ends of the query take the place of a conntrack entry.
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
            "only zeros follow the ident");
        Invariant.Holds(Reply.TryRead(reply, query.Cookie, out Reply read, out _), "a reply that was written is read");
        Invariant.Holds(
            read == new Reply(query.Cookie, true, source, destination, ident),
            "a reply is read as it was written");
        Invariant.Holds(!Query.TryRead(reply, out _, out _), "a reply is not a query");
    }

    private static void Head(ReadOnlySpan<byte> query, ushort flags, Span<byte> reply)
    {
        query[..HelperDatagram.IdentOffset].CopyTo(reply);
        reply.Slice(HelperDatagram.SecretOffset, sizeof(uint)).Clear();
        BinaryPrimitives.WriteUInt16BigEndian(reply[HelperDatagram.FlagsOffset..], flags);
        reply[HelperDatagram.IdentOffset..].Clear();
    }
}
