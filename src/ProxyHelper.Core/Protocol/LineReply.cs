using System.Globalization;
using System.Text.Unicode;
using ProxyHelper.Addresses;

namespace ProxyHelper.Protocol;

/// <summary>Represents a helper's reply over TCP: one line.</summary>
/// <param name="Error">The error; <see cref="LineError.None"/> in a reply that says found.</param>
/// <param name="OriginalDestination">The original destination, if found.</param>
/// <param name="Ident">
/// The user's name, a word of 1 to 20 characters, if found. The line has no other data about the user.
/// </param>
public readonly record struct LineReply(LineError Error, TransportEndPoint OriginalDestination, string Ident)
{
    /// <summary>The number of bytes of a reply that smtp-gated reads.</summary>
    internal const int MaxReadLength = 1023;

    /// <summary>The size of a buffer that holds every line that this type writes.</summary>
    internal const int MaxWriteLength = 96;

    private const int MaxAddressLength = 15; // 255.255.255.255

    /// <summary>Writes the reply "found".</summary>
    /// <param name="line">At least <see cref="MaxWriteLength"/> bytes.</param>
    /// <param name="query">The query.</param>
    /// <param name="source">The original source, IPv4.</param>
    /// <param name="destination">The original destination, IPv4.</param>
    /// <param name="format">The format of the user's name.</param>
    /// <returns>The number of bytes written.</returns>
    internal static int WriteFound(
        Span<byte> line, LineQuery query, TransportEndPoint source, TransportEndPoint destination, IdentFormat format)
    {
        Span<byte> server = stackalloc byte[MaxAddressLength], user = stackalloc byte[Protocol.Ident.MaxWordLength];
        destination.TryFormatAddress(server, out int length);
        ReadOnlySpan<byte> address = server[..length], ident = user[..Protocol.Ident.WriteWord(user, format, source)];
        return Utf8.TryWrite(
            line,
            CultureInfo.InvariantCulture,
            $"{query.SourcePort} , {query.DestinationPort} : ORIGIN : {address} : {destination.Port} : {ident}\r\n",
            out int written)
            ? written
            : throw new ArgumentException("The line is too short for a reply.", nameof(line));
    }

    /// <summary>Writes a reply with an error.</summary>
    /// <param name="line">At least <see cref="MaxWriteLength"/> bytes.</param>
    /// <param name="query">The query; the default value if the query could not be read.</param>
    /// <param name="error">The error.</param>
    /// <returns>The number of bytes written.</returns>
    internal static int WriteError(Span<byte> line, LineQuery query, LineError error)
    {
        ReadOnlySpan<byte> word = error switch
        {
            LineError.NoUser => "NO-USER"u8,
            LineError.InvalidPort => "INVALID-PORT"u8,
            _ => "UNKNOWN-ERROR"u8,
        };
        return Utf8.TryWrite(
            line,
            CultureInfo.InvariantCulture,
            $"{query.SourcePort} , {query.DestinationPort} : ERROR : {word}\r\n",
            out int written)
            ? written
            : throw new ArgumentException("The line is too short for a reply.", nameof(line));
    }

    /// <summary>Reads a reply.</summary>
    /// <param name="line">All bytes up to the end of the stream.</param>
    /// <param name="query">The query.</param>
    /// <param name="reply">The reply.</param>
    /// <param name="fault">The reason the line is not a reply to the query.</param>
    /// <returns>False when the line is not a reply to the query.</returns>
    public static bool TryRead(ReadOnlySpan<byte> line, LineQuery query, out LineReply reply, out ReplyFault fault)
    {
        var reader = new LineReader(line);
        ushort source = reader.ReadPort();
        reader.Expect(',');
        ushort destination = reader.ReadPort();
        reader.Expect(':');
        reply = ReadBody(ref reader);
        reader.ExpectEnd();
        fault = line.Length > MaxReadLength ? ReplyFault.Length
            : reader.Fault != LineQueryFault.None || reply == default ? ReplyFault.Form
            : new LineQuery(source, destination) != query ? ReplyFault.Port
            : ReplyFault.None;
        reply = fault == ReplyFault.None ? reply : default;
        return fault == ReplyFault.None;
    }

    /// <summary>
    /// Reads the part after the ports. The result is the default value if that part is neither an origin nor an error.
    /// </summary>
    private static LineReply ReadBody(ref LineReader reader)
    {
        ReadOnlySpan<byte> kind = reader.ReadKeyword();
        reader.Expect(':');
        if (kind.SequenceEqual("ERROR"u8))
        {
            LineError error = ErrorOf(reader.ReadKeyword());
            return error == LineError.None ? default : new LineReply(error, default, string.Empty);
        }

        IPv4Address address = reader.ReadAddress();
        reader.Expect(':');
        ushort port = reader.ReadPort();
        reader.Expect(':');
        ReadOnlySpan<byte> ident = reader.ReadWord();
        return kind.SequenceEqual("ORIGIN"u8) && ident.Length is > 0 and <= Protocol.Ident.MaxWordLength
            ? new LineReply(LineError.None, new TransportEndPoint(address, port), Protocol.Ident.Read(ident))
            : default;
    }

    private static LineError ErrorOf(ReadOnlySpan<byte> word) =>
        word.SequenceEqual("NO-USER"u8) ? LineError.NoUser
        : word.SequenceEqual("INVALID-PORT"u8) ? LineError.InvalidPort
        : word.IsEmpty ? LineError.None
        : LineError.UnknownError;
}

/// <summary>Specifies the error in a helper's reply over TCP (RFC 1413, section 6.1).</summary>
public enum LineError : byte
{
    /// <summary>There is no error: the reply says found.</summary>
    None,

    /// <summary>NO-USER: the connection was not found.</summary>
    NoUser,

    /// <summary>INVALID-PORT: the line was not a query.</summary>
    InvalidPort,

    /// <summary>UNKNOWN-ERROR: the look-up failed. Any other word is read as this error.</summary>
    UnknownError,
}
