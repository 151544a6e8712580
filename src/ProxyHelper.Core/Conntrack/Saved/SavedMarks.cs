using System.Globalization;

namespace ProxyHelper.Conntrack.Saved;

/// <summary>
/// Reads the marks of a saved line, which are words in brackets. A mark sets status bits, or is the start of the
/// connection.
/// </summary>
internal static class SavedMarks
{
    private const string StartName = "[start=";

    /// <summary>Reads a mark with its brackets. Unknown marks are ignored.</summary>
    public static void Read(ReadOnlySpan<char> mark, ref ConntrackEntryValues values)
    {
        switch (mark)
        {
            case "[UNREPLIED]":
                values.Status &= ~ConntrackStatus.SeenReply;
                break;
            case "[ASSURED]":
                values.Status |= ConntrackStatus.Assured;
                break;
            case "[OFFLOAD]": // written instead of [ASSURED]
                values.Status |= ConntrackStatus.Offload;
                break;
            case "[HW_OFFLOAD]": // written instead of both: a card handles only what a flow table handles
                values.Status |= ConntrackStatus.Offload | ConntrackStatus.HardwareOffload;
                break;
            case var start when start.StartsWith(StartName, StringComparison.Ordinal):
                ReadOnlySpan<char> text = start[StartName.Length..^1];
                bool isTime = LocalTimeText.TryRead(text, TimeZoneInfo.Local, out DateTimeOffset time);
                values.StartedAt = isTime ? time : null;
                break;
        }
    }
}

/// <summary>
/// Reads times as the C function ctime writes them, in local time, such as "Wed Nov 25 16:20:01 2026". A day of one
/// digit has two spaces before it.
/// </summary>
internal static class LocalTimeText
{
    private const string Format = "ddd MMM d HH:mm:ss yyyy", SortableFormat = "yyyy-MM-dd HH:mm:ss";
    private const int FirstYear = 1970, LastYear = 9998; // any time zone's offset still gives a valid date

    /// <summary>
    /// Reads a time. If the zone has the hour twice, this is the second one. If the zone skips the hour, the offset
    /// before the change applies.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<char> text, TimeZoneInfo zone, out DateTimeOffset time) =>
        TryRead(text, Format, zone, out time);

    /// <summary>Reads a time such as "2026-11-25 16:20:01", by the same rules.</summary>
    public static bool TryReadSortable(ReadOnlySpan<char> text, TimeZoneInfo zone, out DateTimeOffset time) =>
        TryRead(text, SortableFormat, zone, out time);

    private static bool TryRead(
        ReadOnlySpan<char> text, string format, TimeZoneInfo zone, out DateTimeOffset time)
    {
        const DateTimeStyles styles = DateTimeStyles.AllowInnerWhite;
        bool isTime = DateTime.TryParseExact(text, format, CultureInfo.InvariantCulture, styles, out DateTime local)
            && local.Year is >= FirstYear and <= LastYear;
        time = isTime ? new DateTimeOffset(local, zone.GetUtcOffset(local)).ToUniversalTime() : default;
        return isTime;
    }
}
