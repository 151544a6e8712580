using System.Buffers;
using ProxyHelper.Protocol;

namespace ProxyHelper.Fuzzing.Targets;

/// <summary>A line as it comes to the helper over TCP.</summary>
internal sealed class LineQueryTarget : IFuzzTarget
{
    private static readonly SearchValues<byte> _signs = SearchValues.Create(" \t,\r\n0123456789"u8);

    /// <inheritdoc/>
    public string Name => "origin-query";

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        bool isQuery = LineQuery.TryRead(input, out LineQuery query, out LineQueryFault fault);
        Invariant.Holds(isQuery == (fault == LineQueryFault.None), "what is no query has a fault");
        if (!isQuery)
        {
            Invariant.Holds(query == default, "of what is no query nothing is read");
            return;
        }

        Invariant.Holds(input.Length <= LineQuery.MaxLength && input.IndexOf((byte)'\n') == input.Length - 1, "a query is one line, and ends with it");
        Invariant.Holds(query is { SourcePort: > 0, DestinationPort: > 0 }, "a port is 1 or more");
        Invariant.Holds(!input.ContainsAnyExcept(_signs), "a query is digits, a comma and blanks");
        Span<byte> written = stackalloc byte[15];
        int length = query.Write(written);
        Invariant.Holds(LineQuery.TryRead(written[..length], out LineQuery read, out _) && read == query, "a query is read as it was written");
    }
}
