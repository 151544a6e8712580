using System.Diagnostics;
using System.Runtime.Versioning;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;

namespace ProxyHelper.PowerShell;

/// <summary>
/// The first entries of the conntrack table, for the Tab key: few enough and soon enough that the prompt does not wait, whatever the
/// table's size. None where the table cannot be asked: the command itself says why when it runs.
/// </summary>
[SupportedOSPlatform("linux")]
internal static class LiveEntries
{
    private const int LookedAt = 20_000;
    private const int LookedAtInAnyCase = 1000; // which takes a millisecond, unless the machine is so busy that it takes a second

    private static readonly TimeSpan _patience = TimeSpan.FromMilliseconds(500);

    /// <summary>What the entries have, each once and in order.</summary>
    public static T[] Values<T>(Func<ConntrackEntry, T> choose)
    {
        long beganAt = Stopwatch.GetTimestamp();
        var values = new SortedSet<T>();
        try
        {
            int looked = 0;
            foreach (ConntrackEntry entry in ConntrackTable.Enumerate().Take(LookedAt))
            {
                values.Add(choose(entry));
                if (++looked >= LookedAtInAnyCase && Stopwatch.GetElapsedTime(beganAt) > _patience)
                {
                    break;
                }
            }
        }
        catch (LinuxException)
        {
            // What was read until then is offered.
        }

        return [.. values];
    }
}
