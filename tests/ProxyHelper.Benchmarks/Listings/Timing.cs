using System.Diagnostics;

namespace ProxyHelper.Benchmarks.Listings;

/// <summary>Represents the time of a listing or of look-ups.</summary>
/// <param name="Entries">The number of entries.</param>
/// <param name="Time">The time from the request to the last entry.</param>
internal readonly record struct Timing(int Entries, TimeSpan Time)
{
    /// <summary>Measures the time of a function that counts entries.</summary>
    public static Timing Of(Func<int> count)
    {
        long start = Stopwatch.GetTimestamp();
        int entries = count();
        return new Timing(entries, Stopwatch.GetElapsedTime(start));
    }
}
