using System.Diagnostics;
using System.Runtime.Versioning;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Reads the first entries of the conntrack table for the Tab key. The number of entries and the time are limited, so
/// that the prompt does not wait, whatever the size of the table. Without access to the table there are no entries: the
/// command itself reports the error when it runs.
/// </summary>
[SupportedOSPlatform("linux")]
internal static class LiveEntries
{
    private const int MaxEntries = 20_000;
    private const int MinEntries = 1000; // Read even after the time limit. They usually take a millisecond.

    private static readonly TimeSpan _timeLimit = TimeSpan.FromMilliseconds(500);

    /// <summary>Returns the distinct values of the entries, in order.</summary>
    public static T[] Values<T>(Func<ConntrackEntry, T> choose)
    {
        long startedAt = Stopwatch.GetTimestamp();
        var values = new SortedSet<T>();
        try
        {
            int count = 0;
            foreach (ConntrackEntry entry in ConntrackTable.Enumerate().Take(MaxEntries))
            {
                values.Add(choose(entry));
                if (++count >= MinEntries && Stopwatch.GetElapsedTime(startedAt) > _timeLimit)
                {
                    break;
                }
            }
        }
        catch (LinuxException)
        {
            // The entries that were read are offered.
        }

        return [.. values];
    }
}
