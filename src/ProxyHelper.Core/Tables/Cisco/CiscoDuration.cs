using ProxyHelper.Addresses;

namespace ProxyHelper.Tables.Cisco;

/// <summary>Reads times such as 23:59:45, and longer ones such as 1d02h, 3w2d or 1y12w.</summary>
internal static class CiscoDuration
{
    private const int MaxYears = 1000;

    /// <summary>Returns the time, or null if the text is not a time.</summary>
    public static TimeSpan? Read(ReadOnlySpan<char> text) => text.Contains(':') ? ReadClock(text) : ReadUnits(text);

    private static TimeSpan? ReadClock(ReadOnlySpan<char> text)
    {
        Span<Range> parts = stackalloc Range[4];
        bool hasParts = text.Split(parts, ':') == 3;
        hasParts &= NumberText.TryRead(text[parts[0]], out ushort hours);
        hasParts &= NumberText.TryRead(text[parts[1]], out byte minutes);
        hasParts &= NumberText.TryRead(text[parts[2]], out byte seconds);
        return hasParts && minutes < 60 && seconds < 60 ? new TimeSpan(hours, minutes, seconds) : null;
    }

    private static TimeSpan? ReadUnits(ReadOnlySpan<char> text)
    {
        TimeSpan time = TimeSpan.Zero;
        bool hasUnit = false;
        while (!text.IsEmpty)
        {
            int unit = text.IndexOfAnyExceptInRange('0', '9');
            if (unit < 1 || !NumberText.TryRead(text[..unit], out ushort number) || DaysOf(text[unit]) is not { } days
                || number > MaxYears)
            {
                return null;
            }

            time += TimeSpan.FromDays(days * number);
            hasUnit = true;
            text = text[(unit + 1)..];
        }

        return hasUnit ? time : null;
    }

    private static double? DaysOf(char unit) => unit switch
    {
        'y' => 365,
        'w' => 7,
        'd' => 1,
        'h' => 1.0 / 24,
        _ => null,
    };
}
