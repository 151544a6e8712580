using System.Diagnostics;

namespace ProxyHelper.Benchmarks.Listings;

/// <summary>Entries that were listed or looked up, and how long it took.</summary>
/// <param name="Entries">How many they were.</param>
/// <param name="Time">From the request to the last one.</param>
internal readonly record struct Timing(int Entries, TimeSpan Time)
{
    /// <summary>Times what counts entries.</summary>
    public static Timing Of(Func<int> count)
    {
        long start = Stopwatch.GetTimestamp();
        int entries = count();
        return new Timing(entries, Stopwatch.GetElapsedTime(start));
    }
}
