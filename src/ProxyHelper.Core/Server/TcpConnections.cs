using System.Diagnostics;
using System.Runtime.Versioning;
using ProxyHelper.Addresses;

namespace ProxyHelper.Server;

/// <summary>The places for TCP connections: so many there are, and no one source gets more than its share of them.</summary>
[SupportedOSPlatform("linux")]
internal sealed class TcpConnections(TimeSpan patience)
{
    /// <summary>How many connections there can be.</summary>
    public const int Most = 256;

    /// <summary>How many of them from one source address.</summary>
    public const int MostOfOneSource = 64;

    private readonly TcpConnection[] _places = [.. Enumerable.Range(0, Most).Select(_ => new TcpConnection())];

    /// <summary>A place.</summary>
    public TcpConnection this[int place] => _places[place];

    /// <summary>Whether one of them still waits for its answer.</summary>
    public bool HasUnanswered => Array.Exists(_places, connection => connection is { IsOpen: true, IsAnswered: false });

    /// <summary>
    /// Finds a place for a source's connection: a free one, or one whose connection is to be closed for it. That is one that was
    /// answered already, or where all places are taken one of the source that has most of them: so nobody keeps the others out by
    /// having many.
    /// </summary>
    /// <returns>Its number, or -1 when there are too many connections, in all or from the source.</returns>
    public int FindRoom(IPv4Address source)
    {
        int own = CountOf(source);
        if (own >= MostOfOneSource)
        {
            return Oldest(connection => connection.IsAnswered && connection.Peer == source);
        }

        int free = Array.FindIndex(_places, connection => !connection.IsOpen);
        int answered = free >= 0 ? free : Oldest(connection => connection.IsAnswered);
        return answered >= 0 ? answered : OldestOfWhoHasMost(own);
    }

    /// <summary>A connection that has been open for longer than the patience lasts, or null.</summary>
    public TcpConnection? FindOverdue()
    {
        foreach (TcpConnection connection in _places)
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
        foreach (TcpConnection connection in _places)
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

    private int OldestOfWhoHasMost(int own)
    {
        IPv4Address greediest = _places.MaxBy(connection => CountOf(connection.Peer))!.Peer;
        return CountOf(greediest) > own + 1 ? Oldest(connection => connection.Peer == greediest) : -1;
    }

    private int CountOf(IPv4Address source)
    {
        int count = 0;
        foreach (TcpConnection connection in _places)
        {
            count += connection.IsOpen && connection.Peer == source ? 1 : 0;
        }

        return count;
    }

    private int Oldest(Predicate<TcpConnection> isWanted)
    {
        int oldest = -1;
        for (int place = 0; place < Most; place++)
        {
            TcpConnection connection = _places[place];
            if (connection.IsOpen && isWanted(connection) && (oldest < 0 || connection.OpenedAt < _places[oldest].OpenedAt))
            {
                oldest = place;
            }
        }

        return oldest;
    }
}
