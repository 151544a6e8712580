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

    private static readonly TimeSpan _patience = TimeSpan.FromMilliseconds(500);

    /// <summary>What the entries have, each once and in order.</summary>
    public static T[] Values<T>(Func<ConntrackEntry, T> choose)
    {
        using var patience = new CancellationTokenSource(_patience);
        var values = new SortedSet<T>();
        try
        {
            foreach (ConntrackEntry entry in ConntrackTable.Enumerate(patience.Token).Take(LookedAt))
            {
                values.Add(choose(entry));
            }
        }
        catch (Exception failure) when (failure is LinuxException or OperationCanceledException)
        {
            // What was read until then is offered.
        }

        return [.. values];
    }
}
