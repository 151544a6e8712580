using System.Buffers.Binary;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;

namespace ProxyHelper.Protocol;

/// <summary>What the helper answers. It is written over the query's own bytes, so it cannot be longer than the question.</summary>
/// <param name="Cookie">The query's cookie.</param>
/// <param name="IsFound">Whether the connection was found.</param>
/// <param name="OriginalSource">Who opened the connection; when found.</param>
/// <param name="OriginalDestination">Whom it was opened to; when found.</param>
/// <param name="Ident">The user's name.</param>
public readonly record struct Reply(uint Cookie, bool IsFound, TransportEndPoint OriginalSource, TransportEndPoint OriginalDestination, string Ident)
{
    /// <summary>Turns a query's bytes into the answer "found".</summary>
    /// <param name="datagram">The 66 bytes of a well-formed query.</param>
    /// <param name="original">The original tuple of the connection, IPv4.</param>
    /// <param name="ident">What to give as the user's name.</param>
    internal static void WriteFound(Span<byte> datagram, in ConntrackTuple original, IdentFormat ident)
    {
        WriteHead(datagram, HelperDatagram.FoundFlags);
        HelperEnds.Write(datagram, original.Source, original.Destination);
        Protocol.Ident.Write(datagram.Slice(HelperDatagram.IdentOffset, HelperDatagram.IdentSize), ident, original.Source);
    }

    /// <summary>Turns a query's bytes into the answer "not found"; the ends stay as they were asked.</summary>
    /// <param name="datagram">The 66 bytes of a well-formed query.</param>
    internal static void WriteNotFound(Span<byte> datagram) => WriteHead(datagram, HelperDatagram.NotFoundFlags);

    /// <summary>Reads a reply.</summary>
    /// <param name="datagram">The bytes as they were received.</param>
    /// <param name="cookie">The cookie of the query.</param>
    /// <param name="reply">The reply.</param>
    /// <param name="fault">Why it is none to this query.</param>
    /// <returns>Whether it is one.</returns>
    public static bool TryRead(ReadOnlySpan<byte> datagram, uint cookie, out Reply reply, out ReplyFault fault)
    {
        reply = default;
        fault = FindFault(datagram, cookie);
        if (fault != ReplyFault.None)
        {
            return false;
        }

        ReadOnlySpan<byte> ident = datagram.Slice(HelperDatagram.IdentOffset, HelperDatagram.IdentSize);
        int end = ident.IndexOf((byte)0);
        reply = new Reply(
            cookie,
            ReadFlags(datagram) == HelperDatagram.FoundFlags,
            HelperEnds.ReadSource(datagram),
            HelperEnds.ReadDestination(datagram),
            Protocol.Ident.Read(end < 0 ? ident : ident[..end]));
        return true;
    }

    private static void WriteHead(Span<byte> datagram, ushort flags)
    {
        BinaryPrimitives.WriteUInt16BigEndian(datagram[HelperDatagram.FlagsOffset..], flags);
        datagram.Slice(HelperDatagram.SecretOffset, sizeof(uint)).Clear(); // a secret is never sent back
        datagram[HelperDatagram.IdentOffset..HelperDatagram.Size].Clear();
    }

    private static ushort ReadFlags(ReadOnlySpan<byte> datagram) => BinaryPrimitives.ReadUInt16BigEndian(datagram[HelperDatagram.FlagsOffset..]);

    private static ReplyFault FindFault(ReadOnlySpan<byte> datagram, uint cookie)
    {
        if (datagram.Length != HelperDatagram.Size)
        {
            return ReplyFault.Length;
        }

        if (BinaryPrimitives.ReadUInt32BigEndian(datagram) != HelperDatagram.Magic)
        {
            return ReplyFault.Magic;
        }

        if (BinaryPrimitives.ReadUInt32BigEndian(datagram[HelperDatagram.CookieOffset..]) != cookie)
        {
            return ReplyFault.Cookie;
        }

        if (BinaryPrimitives.ReadUInt16BigEndian(datagram[HelperDatagram.VersionOffset..]) != HelperDatagram.Version)
        {
            return ReplyFault.Version;
        }

        return ReadFlags(datagram) is HelperDatagram.FoundFlags or HelperDatagram.NotFoundFlags ? ReplyFault.None : ReplyFault.Flags;
    }
}
