using System.Globalization;
using System.Text;

namespace ProxyHelper.Simulation.Kernel;

/// <summary>
/// Records what happens in a run. Two runs of one seed have the same trace: the same hash, and the same lines if lines
/// are kept.
/// </summary>
internal sealed class Trace(bool keepsLines)
{
    private readonly StringBuilder _lines = new();

    /// <summary>Gets the hash of all events (FNV-1a).</summary>
    public ulong Hash { get; private set; } = 0xcbf29ce484222325;

    /// <summary>Gets the lines.</summary>
    public string Lines => _lines.ToString();

    /// <summary>Records an event about a number.</summary>
    public void Add(TimeSpan time, string what, long number = 0)
    {
        Mix(time, what, number);
        if (keepsLines)
        {
            _lines.Append(CultureInfo.InvariantCulture, $"{time:d\\.hh\\:mm\\:ss\\.ffffff} {what} {number}\n");
        }
    }

    /// <summary>Records an event about an end of a connection.</summary>
    public void Add(TimeSpan time, string what, Peer peer)
    {
        Mix(time, what, (long)(((ulong)peer.Address << 16) | peer.Port));
        if (keepsLines)
        {
            _lines.Append(CultureInfo.InvariantCulture, $"{time:d\\.hh\\:mm\\:ss\\.ffffff} {what} {peer}\n");
        }
    }

    private void Mix(TimeSpan time, string what, long number)
    {
        Mix((ulong)time.Ticks);
        foreach (char letter in what)
        {
            Mix(letter);
        }

        Mix((ulong)number);
    }

    private void Mix(ulong value) => Hash = (Hash ^ value) * 0x100000001b3;
}
