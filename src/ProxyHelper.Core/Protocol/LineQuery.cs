using System.Globalization;
using System.Text.Unicode;

namespace ProxyHelper.Protocol;

/// <summary>
/// What smtp-gated asks over TCP (mode remote), in the form of RFC 1413: the two ports of a connection that it sees. Its two
/// addresses are those of the TCP connection that the query comes by.
/// </summary>
/// <param name="SourcePort">The port of the TCP peer as the proxy sees it, after SNAT.</param>
/// <param name="DestinationPort">The proxy's own accepting port.</param>
public readonly record struct LineQuery(ushort SourcePort, ushort DestinationPort)
{
    /// <summary>How many bytes a query has at most, its line end included.</summary>
    internal const int LongestLine = 1000;

    /// <summary>Reads a query, such as "20119 , 9199" and a line end: CR and LF, or LF alone. Spaces and tabs may be left out.</summary>
    /// <param name="line">The bytes up to and with the first line feed.</param>
    /// <param name="query">The query.</param>
    /// <param name="fault">Why it is none.</param>
    /// <returns>Whether it is one.</returns>
    public static bool TryRead(ReadOnlySpan<byte> line, out LineQuery query, out LineQueryFault fault)
    {
        var reader = new LineReader(line);
        ushort source = reader.ReadPort();
        reader.Expect(',');
        ushort destination = reader.ReadPort();
        reader.ExpectEnd();
        fault = line.Length <= LongestLine && line.EndsWith((byte)'\n') ? reader.Fault : LineQueryFault.Unfinished;
        query = fault == LineQueryFault.None ? new LineQuery(source, destination) : default;
        return fault == LineQueryFault.None;
    }

    /// <summary>Writes the query as smtp-gated sends it.</summary>
    /// <param name="line">Room for 15 bytes.</param>
    /// <returns>How many bytes that is.</returns>
    /// <exception cref="ArgumentException">There is not so much room.</exception>
    public int Write(Span<byte> line) =>
        Utf8.TryWrite(line, CultureInfo.InvariantCulture, $"{SourcePort} , {DestinationPort}\r\n", out int written)
            ? written
            : throw new ArgumentException("There is no room for a query.", nameof(line));
}
