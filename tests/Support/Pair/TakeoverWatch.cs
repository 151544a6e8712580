using System.Diagnostics;
using System.Globalization;

namespace ProxyHelper.TestSupport.Pair;

/// <summary>
/// Notes when a router gets the shared address, and when its conntrack table has the entries of the pair.
/// </summary>
internal sealed class TakeoverWatch : IDisposable
{
    private const string CountFile = "/proc/sys/net/netfilter/nf_conntrack_count";

    private static readonly TimeSpan _resolution = TimeSpan.FromMilliseconds(1);

    private readonly int _entries;
    private readonly ManualResetEventSlim _end = new();
    private readonly Thread _thread;
    private long _moved;
    private long _committed;

    /// <summary>Starts to watch a router.</summary>
    /// <param name="router">The router, which does not have the address yet.</param>
    /// <param name="entries">The number of entries of the pair.</param>
    public TakeoverWatch(PairedRouter router, int entries)
    {
        _entries = entries;
        _thread = new Thread(() => router.Machine.Network.Run(Watch)) { Name = "address", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Gets the time when the router got the address, or 0.</summary>
    public long Moved => Volatile.Read(ref _moved);

    /// <summary>Gets the time when the table had the entries, or 0.</summary>
    public long Committed => Volatile.Read(ref _committed);

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Set();
        _thread.Join();
        _end.Dispose();
    }

    private void Watch()
    {
        do
        {
            if (Moved == 0 && PairedRouter.CanBind())
            {
                Volatile.Write(ref _moved, Stopwatch.GetTimestamp());
            }

            if (Committed == 0 && int.Parse(File.ReadAllText(CountFile), CultureInfo.InvariantCulture) >= _entries)
            {
                Volatile.Write(ref _committed, Stopwatch.GetTimestamp());
            }
        }
        while ((Moved == 0 || Committed == 0) && !_end.Wait(_resolution));
    }
}
