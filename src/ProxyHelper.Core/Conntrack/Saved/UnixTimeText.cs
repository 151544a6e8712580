using ProxyHelper.Addresses;

namespace ProxyHelper.Conntrack.Saved;

/// <summary>Reads times as the conntrack tool writes them: the time since 1970, in universal time.</summary>
internal static class UnixTimeText
{
    private const long NanosecondsPerTick = 100;

    private static readonly TimeSpan _longest = DateTimeOffset.MaxValue - DateTimeOffset.UnixEpoch;

    /// <summary>Reads seconds with decimals, such as 1795626295.652019.</summary>
    /// <returns>The time, or null if the text is not one.</returns>
    public static DateTimeOffset? Read(ReadOnlySpan<char> seconds) =>
        NumberText.TryReadSeconds(seconds, _longest, out TimeSpan time) ? DateTimeOffset.UnixEpoch + time : null;

    /// <summary>Reads nanoseconds.</summary>
    /// <returns>The time, or null if the text is not one.</returns>
    public static DateTimeOffset? ReadNanoseconds(ReadOnlySpan<char> nanoseconds) =>
        NumberText.TryRead(nanoseconds, out long number)
            ? DateTimeOffset.UnixEpoch.AddTicks(number / NanosecondsPerTick)
            : null;
}
