using System.Globalization;

namespace ProxyHelper.Conntrack.Saved;

/// <summary>Times as C's ctime writes them, in local time: "Wed Nov 25 16:20:01 2026", and a day of one digit behind two blanks.</summary>
internal static class LocalTimeText
{
    private const string Format = "ddd MMM d HH:mm:ss yyyy";
    private const int FirstYear = 1970, LastYear = 9998; // with any zone's offset it is still a date

    /// <summary>Reads a time. Of an hour that a zone has twice, it is the second; one that it leaves out is taken by the offset before.</summary>
    public static bool TryRead(ReadOnlySpan<char> text, TimeZoneInfo zone, out DateTimeOffset time)
    {
        bool isTime = DateTime.TryParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.AllowInnerWhite, out DateTime local)
            && local.Year is >= FirstYear and <= LastYear;
        time = isTime ? new DateTimeOffset(local, zone.GetUtcOffset(local)).ToUniversalTime() : default;
        return isTime;
    }
}
