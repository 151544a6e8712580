using System.Diagnostics.CodeAnalysis;

namespace ProxyHelper.Conntrack.Saved;

/// <summary>
/// Reads the lines of a saved conntrack table. The lines come from "conntrack -L" with any options except xml and save,
/// from "conntrack -E", or from /proc/net/nf_conntrack. The lines can be read on any system.
/// </summary>
public static class SavedEntry
{
    private const string SummaryStart = "conntrack v";
    private const string SummaryEnd = " have been shown.";

    /// <summary>
    /// Reads a line. Kernels and tools of other versions write other words. Unknown words, unknown values (name=value)
    /// and unknown marks ([NAME]) are ignored. An unknown state, or a number in an unknown form, is a missing value.
    /// </summary>
    /// <param name="line">The line, with or without its line end.</param>
    /// <param name="entry">
    /// Receives the entry. A value that the line does not have is null. The status has <see
    /// cref="ConntrackStatus.SeenReply"/> unless the line has [UNREPLIED], and the bits of the other marks. A line has
    /// no other status bits. The start of the connection is read as local time of this system.
    /// </param>
    /// <param name="fault">
    /// Receives the reason if the line is not an entry. A blank line and the summary of the conntrack tool have no
    /// entry and no fault: <see cref="SavedLineFault.None"/>.
    /// </param>
    /// <returns>True if the line is an entry.</returns>
    public static bool TryRead(
        ReadOnlySpan<char> line, [NotNullWhen(true)] out ConntrackEntry? entry, out SavedLineFault fault)
    {
        entry = null;
        fault = SavedLineFault.None;
        if (IsBlankOrSummary(line))
        {
            return false;
        }

        var reader = new SavedLineReader(line);
        entry = reader.TryRead(out ConntrackEntryValues values) ? new ConntrackEntry(values) : null;
        fault = reader.Fault;
        return entry is not null;
    }

    /// <summary>
    /// Returns the reason why a line is not an entry, such as "not a port: 70000" or "no source address in the reply
    /// direction".
    /// </summary>
    /// <returns>Null if the line is an entry, is blank, or is the summary of the conntrack tool.</returns>
    public static string? Explain(ReadOnlySpan<char> line)
    {
        var reader = new SavedLineReader(line);
        return IsBlankOrSummary(line) || reader.TryRead(out _)
            ? null
            : SavedLineFaultText.Describe(reader.Fault, reader.FaultWord, reader.IsReply);
    }

    // The tool writes the number of entries to its standard error, which users often save together with the table.
    internal static bool IsBlankOrSummary(ReadOnlySpan<char> line)
    {
        ReadOnlySpan<char> text = line.Trim();
        return text.IsEmpty
            || (text.StartsWith(SummaryStart, StringComparison.Ordinal)
                && text.EndsWith(SummaryEnd, StringComparison.Ordinal));
    }
}
