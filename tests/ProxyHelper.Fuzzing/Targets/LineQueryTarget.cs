using System.Buffers;
using ProxyHelper.Protocol;

namespace ProxyHelper.Fuzzing.Targets;

/// <summary>Reads a line as the helper does.</summary>
internal sealed class LineQueryTarget : IFuzzTarget
{
    private static readonly SearchValues<byte> _signs = SearchValues.Create(" \t,\r\n0123456789"u8);

    /// <inheritdoc/>
    public string Name => "line-query";

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        bool isQuery = LineQuery.TryRead(input, out LineQuery query, out LineQueryFault fault);
        Invariant.Holds(
            isQuery == (fault == LineQueryFault.None), "a datagram or line that is not a query has a fault");
        if (!isQuery)
        {
            Invariant.Holds(query == default, "nothing is read from bytes that are not a query");
            return;
        }

        Invariant.Holds(
            input.Length <= LineQuery.MaxLength && input.IndexOf((byte)'\n') == input.Length - 1,
            "a query is one line");
        Invariant.Holds(query is { SourcePort: > 0, DestinationPort: > 0 }, "a port is 1 or more");
        Invariant.Holds(!input.ContainsAnyExcept(_signs), "a query is digits, a comma and blanks");
        Span<byte> written = stackalloc byte[15];
        int length = query.Write(written);
        Invariant.Holds(
            LineQuery.TryRead(written[..length], out LineQuery read, out _) && read == query,
            "a query is read as it was written");
    }
}
