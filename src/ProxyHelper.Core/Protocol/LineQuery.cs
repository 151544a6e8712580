using System.Globalization;
using System.Text.Unicode;

namespace ProxyHelper.Protocol;

/// <summary>
/// Represents a query over TCP (smtp-gated's mode remote) in the form of RFC 1413: the two ports of a connection that
/// the proxy accepted. The two addresses are those of the TCP connection that carries the query.
/// </summary>
/// <param name="SourcePort">The port of the proxy's TCP peer, after SNAT.</param>
/// <param name="DestinationPort">The proxy's accepting port.</param>
public readonly record struct LineQuery(ushort SourcePort, ushort DestinationPort)
{
    /// <summary>The largest number of bytes of a query, with its line end.</summary>
    internal const int MaxLength = 1000;

    /// <summary>
    /// Reads a query, such as "20119 , 9199", and a line end: CR and LF, or LF. Spaces and tabs around the numbers are
    /// optional.
    /// </summary>
    /// <param name="line">The bytes up to the first line feed, with the line feed.</param>
    /// <param name="query">The query.</param>
    /// <param name="fault">The reason the line is not a query.</param>
    /// <returns>False when the line is not a query.</returns>
    public static bool TryRead(ReadOnlySpan<byte> line, out LineQuery query, out LineQueryFault fault)
    {
        var reader = new LineReader(line);
        ushort source = reader.ReadPort();
        reader.Expect(',');
        ushort destination = reader.ReadPort();
        reader.ExpectEnd();
        fault = line.Length <= MaxLength && line.EndsWith((byte)'\n') ? reader.Fault : LineQueryFault.Unfinished;
        query = fault == LineQueryFault.None ? new LineQuery(source, destination) : default;
        return fault == LineQueryFault.None;
    }

    /// <summary>Writes the query as smtp-gated sends it.</summary>
    /// <param name="line">At least 15 bytes.</param>
    /// <returns>The number of bytes written.</returns>
    /// <exception cref="ArgumentException">Thrown when the line is too short.</exception>
    public int Write(Span<byte> line) =>
        Utf8.TryWrite(line, CultureInfo.InvariantCulture, $"{SourcePort} , {DestinationPort}\r\n", out int written)
            ? written
            : throw new ArgumentException("The line is too short for a query.", nameof(line));
}

/// <summary>Specifies the reason a line is not a query.</summary>
public enum LineQueryFault : byte
{
    /// <summary>The line is a query.</summary>
    None,

    /// <summary>The line does not end with a line feed: it is too long, or the client stopped sending.</summary>
    Unfinished,

    /// <summary>The line is not two numbers with a comma between them.</summary>
    Form,

    /// <summary>A number is not a port from 1 to 65535 without leading zeros.</summary>
    Port,
}
