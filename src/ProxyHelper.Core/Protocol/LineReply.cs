using System.Globalization;
using System.Text.Unicode;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;

namespace ProxyHelper.Protocol;

/// <summary>What the helper answers over TCP: one line.</summary>
/// <param name="Error">Why there is no answer; none when there is one.</param>
/// <param name="OriginalDestination">Whom the connection was opened to; when found.</param>
/// <param name="Ident">The user's name, one word of 1 to 20 characters; when found. Of who opened the connection the line says no more.</param>
public readonly record struct LineReply(LineError Error, TransportEndPoint OriginalDestination, string Ident)
{
    /// <summary>How many bytes of an answer smtp-gated reads.</summary>
    internal const int LongestRead = 1023;

    /// <summary>Room for any line that is written here.</summary>
    internal const int LongestWritten = 96;

    private const int LongestAddress = 15;

    /// <summary>Writes the answer "found".</summary>
    /// <param name="line">At least <see cref="LongestWritten"/> bytes.</param>
    /// <param name="query">The query.</param>
    /// <param name="original">The original tuple of the connection, IPv4.</param>
    /// <param name="format">What to give as the user's name.</param>
    /// <returns>How many bytes that is.</returns>
    internal static int WriteFound(Span<byte> line, LineQuery query, in ConntrackTuple original, IdentFormat format)
    {
        Span<byte> server = stackalloc byte[LongestAddress], user = stackalloc byte[Protocol.Ident.LongestWord];
        original.Destination.TryFormatAddress(server, out int length);
        ReadOnlySpan<byte> address = server[..length], ident = user[..Protocol.Ident.WriteWord(user, format, original.Source)];
        return Utf8.TryWrite(
            line,
            CultureInfo.InvariantCulture,
            $"{query.SourcePort} , {query.DestinationPort} : ORIGIN : {address} : {original.Destination.Port} : {ident}\r\n",
            out int written)
            ? written
            : throw new ArgumentException("There is no room for an answer.", nameof(line));
    }

    /// <summary>Writes that there is no answer.</summary>
    /// <param name="line">At least <see cref="LongestWritten"/> bytes.</param>
    /// <param name="query">The query; nothing where it could not be read.</param>
    /// <param name="error">Why.</param>
    /// <returns>How many bytes that is.</returns>
    internal static int WriteError(Span<byte> line, LineQuery query, LineError error)
    {
        ReadOnlySpan<byte> word = error switch
        {
            LineError.NoUser => "NO-USER"u8,
            LineError.InvalidPort => "INVALID-PORT"u8,
            _ => "UNKNOWN-ERROR"u8,
        };
        return Utf8.TryWrite(line, CultureInfo.InvariantCulture, $"{query.SourcePort} , {query.DestinationPort} : ERROR : {word}\r\n", out int written)
            ? written
            : throw new ArgumentException("There is no room for an answer.", nameof(line));
    }

    /// <summary>Reads an answer.</summary>
    /// <param name="line">All that came up to the end of the stream.</param>
    /// <param name="query">What was asked.</param>
    /// <param name="reply">The answer.</param>
    /// <param name="fault">Why it is none to this query.</param>
    /// <returns>Whether it is one.</returns>
    public static bool TryRead(ReadOnlySpan<byte> line, LineQuery query, out LineReply reply, out ReplyFault fault)
    {
        var reader = new LineReader(line);
        ushort source = reader.ReadPort();
        reader.Expect(',');
        ushort destination = reader.ReadPort();
        reader.Expect(':');
        reply = ReadBody(ref reader);
        reader.ExpectEnd();
        fault = line.Length > LongestRead ? ReplyFault.Length
            : reader.Fault != LineQueryFault.None || reply == default ? ReplyFault.Form
            : new LineQuery(source, destination) != query ? ReplyFault.Port
            : ReplyFault.None;
        reply = fault == ReplyFault.None ? reply : default;
        return fault == ReplyFault.None;
    }

    /// <summary>Reads what stands behind the ports; nothing where that is neither an origin nor an error.</summary>
    private static LineReply ReadBody(ref LineReader reader)
    {
        ReadOnlySpan<byte> kind = reader.ReadKeyword();
        reader.Expect(':');
        if (kind.SequenceEqual("ERROR"u8))
        {
            LineError error = ErrorOf(reader.ReadKeyword());
            return error == LineError.None ? default : new LineReply(error, default, string.Empty);
        }

        TransportEndPoint address = reader.ReadAddress();
        reader.Expect(':');
        ushort port = reader.ReadPort();
        reader.Expect(':');
        ReadOnlySpan<byte> ident = reader.ReadWord();
        return kind.SequenceEqual("ORIGIN"u8) && ident.Length is > 0 and <= Protocol.Ident.LongestWord
            ? new LineReply(LineError.None, address.WithPort(port), Protocol.Ident.Read(ident))
            : default;
    }

    private static LineError ErrorOf(ReadOnlySpan<byte> word) =>
        word.SequenceEqual("NO-USER"u8) ? LineError.NoUser
        : word.SequenceEqual("INVALID-PORT"u8) ? LineError.InvalidPort
        : word.IsEmpty ? LineError.None
        : LineError.UnknownError;
}
