using ProxyHelper.Addresses;

namespace ProxyHelper.Tables.MikroTik;

/// <summary>Reads counters and times as RouterOS writes them.</summary>
internal static class RouterOSNumber
{
    private const int GroupLength = 3;
    private const int LongestCounter = 32; // 18 446 744 073 709 551 615 has 26 characters

    // The parts of a time, from the longest, with their seconds.
    private static readonly (char Unit, uint Seconds)[] _units =
        [('w', 604_800), ('d', 86_400), ('h', 3600), ('m', 60), ('s', 1)];

    /// <summary>
    /// Reads a counter. The terminal separates thousands by blanks, as in "1 234 567". REST and the API do not.
    /// </summary>
    /// <returns>False if the text is not a counter.</returns>
    public static bool TryReadCounter(ReadOnlySpan<char> text, out ulong counter)
    {
        int blank = text.IndexOf(' ');
        if (blank < 0)
        {
            return NumberText.TryRead(text, out counter);
        }

        counter = 0;
        if (blank is 0 or > GroupLength || text.Length > LongestCounter)
        {
            return false;
        }

        Span<char> digits = stackalloc char[LongestCounter];
        int length = 0;
        for (int place = 0; place < text.Length; place++)
        {
            bool isSeparator = place >= blank && (place - blank) % (GroupLength + 1) == 0;
            if (isSeparator != (text[place] == ' '))
            {
                return false;
            }

            if (!isSeparator)
            {
                digits[length++] = text[place];
            }
        }

        bool hasWholeGroups = (text.Length - blank) % (GroupLength + 1) == 0;
        return hasWholeGroups && NumberText.TryRead(digits[..length], out counter);
    }

    /// <summary>
    /// Reads a time such as 1w2d3h4m5s or 10ms, or 1w2d03:04:05 as scripts print it. Parts of a second are left out.
    /// </summary>
    /// <returns>False if the text is not a time.</returns>
    public static bool TryReadTime(ReadOnlySpan<char> text, out TimeSpan time)
    {
        ReadOnlySpan<char> rest = text;
        ulong seconds = 0;
        bool isTime = !text.IsEmpty;
        int unit = 0;
        while (isTime && !rest.IsEmpty && !IsClock(rest))
        {
            isTime = TryReadPart(ref rest, ref unit, ref seconds);
        }

        if (isTime && !rest.IsEmpty)
        {
            isTime = TryReadClock(rest, out uint clock);
            seconds += clock;
        }

        const ulong longest = 1_000_000_000; // 31 years
        time = isTime ? TimeSpan.FromSeconds(Math.Min(seconds, longest)) : default;
        return isTime && seconds <= longest;
    }

    private static bool IsClock(ReadOnlySpan<char> text) => text.IndexOfAnyExceptInRange('0', '9') is var end
        && end > 0 && text[end] == ':';

    private static bool TryReadPart(ref ReadOnlySpan<char> rest, ref int unit, ref ulong seconds)
    {
        int end = rest.IndexOfAnyExceptInRange('0', '9');
        if (end <= 0 || !NumberText.TryRead(rest[..end], out uint count))
        {
            return false;
        }

        // Milliseconds end the time, and do not change the seconds.
        if (rest[end..] is "ms")
        {
            rest = default;
            return true;
        }

        char letter = rest[end];
        int found = Array.FindIndex(_units, unit, candidate => candidate.Unit == letter);
        if (found < 0)
        {
            return false;
        }

        unit = found + 1;
        seconds += (ulong)count * _units[found].Seconds;
        rest = rest[(end + 1)..];
        return true;
    }

    private static bool TryReadClock(ReadOnlySpan<char> text, out uint seconds)
    {
        bool isClock = text is [_, _, ':', _, _, ':', _, _];
        ReadOnlySpan<char> clock = isClock ? text : "--:--:--";
        isClock = NumberText.TryRead(clock[..2], out byte hours)
            & NumberText.TryRead(clock[3..5], out byte minutes)
            & NumberText.TryRead(clock[6..], out byte rest)
            && hours < 24 && minutes < 60 && rest < 60;
        seconds = isClock ? (((hours * 60u) + minutes) * 60u) + rest : 0;
        return isClock;
    }
}
