using ProxyHelper.Access;
using ProxyHelper.Addresses;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Server.Tcp;

/// <summary>Contains the places for TCP connections, and limits the places of one source.</summary>
/// <param name="maxTime">The longest time that a connection may last.</param>
internal sealed class TcpConnections(TimeSpan maxTime)
{
    /// <summary>The largest number of connections.</summary>
    public const int Max = 256;

    /// <summary>The largest number of connections from one source address.</summary>
    public const int MaxPerSource = 64;

    /// <summary>The largest number of lines that wait to be looked up again.</summary>
    public const int MaxWaiting = Max * 3 / 4;

    /// <summary>The largest number of lines from one source address that wait.</summary>
    public const int MaxWaitingPerSource = MaxPerSource * 3 / 4;

    private readonly TcpConnection[] _places =
        [.. Enumerable.Range(0, Max).Select(number => new TcpConnection(number))];

    /// <summary>Gets a place.</summary>
    public TcpConnection this[int place] => _places[place];

    /// <summary>Gets whether the line of a connection waits to be looked up again.</summary>
    public bool HasWaiting => Array.Exists(_places, connection => connection.IsWaiting);

    /// <summary>Gets whether a connection waits for its reply.</summary>
    public bool HasUnanswered => Array.Exists(_places, connection => connection is { IsOpen: true, IsAnswered: false });

    /// <summary>
    /// Finds a place for a connection of a source: a free place, or one whose connection has to be closed. Such a
    /// connection is already answered. If all places wait for lines, it is one of the source with the most connections,
    /// so that no source can lock the others out.
    /// </summary>
    /// <returns>The number of the place, or -1 if too many connections are open, in total or from the source.</returns>
    public int FindRoom(IPv4Address source)
    {
        int count = CountOf(source);
        if (count >= MaxPerSource)
        {
            return FindOldest(connection => connection.IsAnswered && connection.Peer == source);
        }

        int free = Array.FindIndex(_places, connection => !connection.IsOpen);
        int answered = free >= 0 ? free : FindOldest(connection => connection.IsAnswered);
        return answered >= 0 ? answered : FindOldestOfBusiestSource(count);
    }

    /// <summary>Returns whether a connection has reached its time limit.</summary>
    /// <param name="connection">The open connection.</param>
    /// <param name="now">The time since boot.</param>
    public bool IsOverdue(TcpConnection connection, TimeSpan now) => now - connection.OpenedAt >= maxTime;

    /// <summary>
    /// Returns the time for which the line of a connection may still wait: until the client may give the query up, or
    /// the time limit of the connection is near.
    /// </summary>
    /// <param name="connection">The open connection.</param>
    /// <param name="now">The time since boot.</param>
    /// <param name="admission">Knows how long a query may wait.</param>
    public TimeSpan TimeLeftToWait(TcpConnection connection, TimeSpan now, Admission admission)
    {
        TimeSpan limit = maxTime - (maxTime / 5);
        limit = admission.LongestWait < limit ? admission.LongestWait : limit;
        return limit - (now - connection.OpenedAt);
    }

    /// <summary>
    /// Returns whether another line of a source may wait. A part of the places is left for lines that are answered at
    /// once, in total and for each source. Otherwise waiting lines would cause new connections to be closed.
    /// </summary>
    public bool LeaveRoomToWait(IPv4Address source)
    {
        int total = 0, ofSource = 0;
        foreach (TcpConnection connection in _places)
        {
            int waiting = connection.IsWaiting ? 1 : 0;
            total += waiting;
            ofSource += connection.Peer == source ? waiting : 0;
        }

        return total < MaxWaiting && ofSource < MaxWaitingPerSource;
    }

    /// <summary>Closes the connections that have reached their time limit.</summary>
    /// <param name="now">The time since boot.</param>
    /// <param name="telemetry">The counters and the journal.</param>
    public void CloseOverdue(TimeSpan now, ServerTelemetry telemetry)
    {
        foreach (TcpConnection connection in _places)
        {
            if (connection.IsOpen && IsOverdue(connection, now))
            {
                telemetry.Refuse(Outcome.ConnectionTimeout, connection.Peer);
                connection.Close();
            }
        }
    }

    /// <summary>Closes the connection of a place, if there is one.</summary>
    /// <param name="place">The number of the place.</param>
    /// <param name="telemetry">The counters and the journal.</param>
    public void MakeRoom(int place, ServerTelemetry telemetry)
    {
        if (_places[place] is { IsOpen: true, IsAnswered: false, Peer: var peer })
        {
            telemetry.Refuse(Outcome.ConnectionDrop, peer);
        }

        _places[place].Close();
    }

    /// <summary>Returns the time until a connection reaches its time limit, up to a limit.</summary>
    /// <param name="limit">The longest time to return.</param>
    /// <param name="now">The time since boot.</param>
    public TimeSpan TimeUntilOverdue(TimeSpan limit, TimeSpan now)
    {
        foreach (TcpConnection connection in _places)
        {
            if (connection.IsOpen)
            {
                TimeSpan left = maxTime - (now - connection.OpenedAt);
                limit = left < limit ? left : limit;
            }
        }

        return limit > TimeSpan.Zero ? limit : TimeSpan.Zero;
    }

    /// <summary>Closes all connections.</summary>
    public void CloseAll() => Array.ForEach(_places, connection => connection.Close());

    private int FindOldestOfBusiestSource(int ownCount)
    {
        IPv4Address busiest = _places.MaxBy(connection => CountOf(connection.Peer))!.Peer;
        return CountOf(busiest) > ownCount + 1 ? FindOldest(connection => connection.Peer == busiest) : -1;
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

    private int FindOldest(Predicate<TcpConnection> isCandidate)
    {
        int oldest = -1;
        for (int place = 0; place < Max; place++)
        {
            TcpConnection connection = _places[place];
            if (connection.IsOpen && isCandidate(connection)
                && (oldest < 0 || connection.OpenedAt < _places[oldest].OpenedAt))
            {
                oldest = place;
            }
        }

        return oldest;
    }
}
