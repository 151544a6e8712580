using System.Diagnostics.CodeAnalysis;

namespace ProxyHelper.Conntrack.Saved;

/// <summary>
/// Lines of a saved table, as "conntrack -L" writes them with any of its options but xml and save, as "conntrack -E" does, and as
/// /proc/net/nf_conntrack has them. On any system: the kernel that the lines come from need not be here.
/// </summary>
public static class SavedEntry
{
    private const string SummaryStart = "conntrack v";
    private const string SummaryEnd = " have been shown.";

    /// <summary>Reads a line. Unknown values (name=value) and marks ([NAME]) are passed over: newer kernels write some.</summary>
    /// <param name="line">The line; without its end, or with it.</param>
    /// <param name="entry">
    /// The entry, of which what the line does not say is null. Its status has <see cref="ConntrackStatus.SeenReply"/> unless the line says
    /// [UNREPLIED], and what the other marks say; a line has no other status bits. A start is taken as local time of this machine.
    /// </param>
    /// <param name="fault">Why there is none; <see cref="SavedLineFault.None"/> for a blank line and the tool's own summary, which say nothing.</param>
    /// <returns>Whether the line is an entry.</returns>
    public static bool TryRead(ReadOnlySpan<char> line, [NotNullWhen(true)] out ConntrackEntry? entry, out SavedLineFault fault)
    {
        entry = null;
        fault = SavedLineFault.None;
        if (SaysNothing(line))
        {
            return false;
        }

        var reader = new SavedLineReader(line);
        entry = reader.TryRead(out ConntrackEntry read) ? read : null;
        fault = reader.Fault;
        return entry is not null;
    }

    /// <summary>Says why a line is not an entry, such as "not a port: 70000" or "no source address in the reply direction".</summary>
    /// <returns>Null where there is nothing to say.</returns>
    public static string? Explain(ReadOnlySpan<char> line)
    {
        var reader = new SavedLineReader(line);
        return SaysNothing(line) || reader.TryRead(out _) ? null : SavedLineFaultWords.Of(reader.Fault, reader.FaultWord, reader.IsReply);
    }

    // The tool says at the end how many it has shown; that goes to its standard error, which people save with the rest.
    private static bool SaysNothing(ReadOnlySpan<char> line)
    {
        ReadOnlySpan<char> text = line.Trim();
        return text.IsEmpty
            || (text.StartsWith(SummaryStart, StringComparison.Ordinal) && text.EndsWith(SummaryEnd, StringComparison.Ordinal));
    }
}
