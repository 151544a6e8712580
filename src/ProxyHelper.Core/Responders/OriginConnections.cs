using System.Diagnostics;
using System.Runtime.Versioning;

namespace ProxyHelper.Responders;

/// <summary>The places for TCP connections: so many there are, and no one source gets more than its share of them.</summary>
[SupportedOSPlatform("linux")]
internal sealed class OriginConnections(TimeSpan patience)
{
    /// <summary>How many connections there can be.</summary>
    public const int Most = 256;

    /// <summary>How many of them from one source address.</summary>
    public const int MostOfOneSource = 64;

    private readonly OriginConnection[] _places = [.. Enumerable.Range(0, Most).Select(_ => new OriginConnection())];

    /// <summary>A place.</summary>
    public OriginConnection this[int place] => _places[place];

    /// <summary>Finds a free place for a source's connection.</summary>
    /// <returns>Its number, or -1 when there are too many connections, in all or from the source.</returns>
    public int FindRoom(uint source)
    {
        int free = -1, own = 0;
        for (int place = 0; place < Most; place++)
        {
            if (!_places[place].IsOpen)
            {
                free = place;
            }
            else if (_places[place].Peer == source)
            {
                own++;
            }
        }

        return own < MostOfOneSource ? free : -1;
    }

    /// <summary>A connection that has been open for longer than the patience lasts, or null.</summary>
    public OriginConnection? FindOverdue()
    {
        foreach (OriginConnection connection in _places)
        {
            if (connection.IsOpen && Stopwatch.GetElapsedTime(connection.OpenedAt) >= patience)
            {
                return connection;
            }
        }

        return null;
    }

    /// <summary>How long it is until a connection is overdue, at most as long as was said.</summary>
    public TimeSpan UntilOverdue(TimeSpan most)
    {
        foreach (OriginConnection connection in _places)
        {
            if (connection.IsOpen)
            {
                TimeSpan left = patience - Stopwatch.GetElapsedTime(connection.OpenedAt);
                most = left < most ? left : most;
            }
        }

        return most > TimeSpan.Zero ? most : TimeSpan.Zero;
    }

    /// <summary>Closes them all.</summary>
    public void CloseAll() => Array.ForEach(_places, connection => connection.Close());
}
