using System.Buffers.Binary;
using ProxyHelper.Addresses;

namespace ProxyHelper.Protocol;

/// <summary>
/// Represents a helper's reply over UDP. A reply is written over the bytes of its query, so both have the same size.
/// </summary>
/// <param name="Cookie">The cookie of the query.</param>
/// <param name="IsFound">Indicates whether the connection was found.</param>
/// <param name="OriginalSource">The original source, if found.</param>
/// <param name="OriginalDestination">The original destination, if found.</param>
/// <param name="Ident">The user's name.</param>
public readonly record struct Reply(
    uint Cookie, bool IsFound, TransportEndPoint OriginalSource, TransportEndPoint OriginalDestination, string Ident)
{
    /// <summary>Turns the bytes of a query into the reply "found".</summary>
    /// <param name="datagram">The 66 bytes of a valid query.</param>
    /// <param name="source">The original source, IPv4.</param>
    /// <param name="destination">The original destination, IPv4.</param>
    /// <param name="ident">The format of the user's name.</param>
    internal static void WriteFound(
        Span<byte> datagram, TransportEndPoint source, TransportEndPoint destination, IdentFormat ident)
    {
        WriteHead(datagram, HelperDatagram.FoundFlags);
        HelperEnds.Write(datagram, source, destination);
        Protocol.Ident.Write(datagram.Slice(HelperDatagram.IdentOffset, HelperDatagram.IdentSize), ident, source);
    }

    /// <summary>Turns the bytes of a query into the reply "not found". The ends stay those of the query.</summary>
    /// <param name="datagram">The 66 bytes of a valid query.</param>
    internal static void WriteNotFound(Span<byte> datagram) => WriteHead(datagram, HelperDatagram.NotFoundFlags);

    /// <summary>Reads a reply.</summary>
    /// <param name="datagram">The received bytes.</param>
    /// <param name="cookie">The cookie of the query.</param>
    /// <param name="reply">The reply.</param>
    /// <param name="fault">The reason the datagram is not the reply to the query.</param>
    /// <returns>False when the datagram is not the reply to the query.</returns>
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

    /// <summary>Reads the cookie of a datagram of 66 bytes, which need not be a reply.</summary>
    internal static uint ReadCookie(ReadOnlySpan<byte> datagram) =>
        BinaryPrimitives.ReadUInt32BigEndian(datagram[HelperDatagram.CookieOffset..]);

    private static void WriteHead(Span<byte> datagram, ushort flags)
    {
        BinaryPrimitives.WriteUInt16BigEndian(datagram[HelperDatagram.FlagsOffset..], flags);
        datagram.Slice(HelperDatagram.SecretOffset, sizeof(uint)).Clear(); // a reply never contains a secret
        datagram[HelperDatagram.IdentOffset..HelperDatagram.Size].Clear();
    }

    private static ushort ReadFlags(ReadOnlySpan<byte> datagram) =>
        BinaryPrimitives.ReadUInt16BigEndian(datagram[HelperDatagram.FlagsOffset..]);

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

        if (ReadCookie(datagram) != cookie)
        {
            return ReplyFault.Cookie;
        }

        if (BinaryPrimitives.ReadUInt16BigEndian(datagram[HelperDatagram.VersionOffset..]) != HelperDatagram.Version)
        {
            return ReplyFault.Version;
        }

        return ReadFlags(datagram) is HelperDatagram.FoundFlags or HelperDatagram.NotFoundFlags
            ? ReplyFault.None
            : ReplyFault.Flags;
    }
}

/// <summary>Specifies the reason a datagram, or over TCP a line, is not a reply to a query.</summary>
public enum ReplyFault : byte
{
    /// <summary>The datagram or line is the reply.</summary>
    None,

    /// <summary>The datagram is not exactly 66 bytes long. Over TCP, the line is longer than 1,023 bytes.</summary>
    Length,

    /// <summary>The datagram does not start with "RPHD".</summary>
    Magic,

    /// <summary>The cookie belongs to another query.</summary>
    Cookie,

    /// <summary>The version is not 0x0402.</summary>
    Version,

    /// <summary>The flags say neither found nor not found.</summary>
    Flags,

    /// <summary>Over TCP: the line does not have the form of a reply.</summary>
    Form,

    /// <summary>Over TCP: the ports belong to another query.</summary>
    Port,

    /// <summary>The sender is not the address and port that the query was sent to.</summary>
    Sender,
}
