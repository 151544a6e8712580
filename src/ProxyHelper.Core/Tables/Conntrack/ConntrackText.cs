using ProxyHelper.Conntrack;
using ProxyHelper.Conntrack.Saved;

namespace ProxyHelper.Tables.Conntrack;

/// <summary>Has what the forms of the conntrack tool's output have in common.</summary>
internal static class ConntrackText
{
    /// <summary>
    /// Returns whether a line that is not an entry is passed over: a blank line, the tool's summary, or a prompt.
    /// </summary>
    public static bool IsSilent(ReadOnlySpan<char> line) =>
        SavedEntry.IsBlankOrSummary(line) || TerminalText.IsPrompt(line);

    /// <summary>Makes the row of an entry, or of an event, which is history.</summary>
    /// <param name="values">The values of the entry.</param>
    /// <param name="change">What the event reports, or null for an entry.</param>
    /// <param name="at">The time of the event, or null.</param>
    /// <param name="lines">The first and the last line of the row.</param>
    public static TableRow RowOf(
        in ConntrackEntryValues values, ConntrackChangeKind? change, DateTimeOffset? at, (int First, int Last) lines)
    {
        var entry = new ConntrackEntry(values);
        return new TableRow(lines.First, lines.Last)
        {
            Mapping = change is { } kind ? new ConntrackChange(kind, at, entry) : entry,
            IsHistory = change is not null,
        };
    }
}
