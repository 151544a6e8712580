using System.Runtime.Versioning;

namespace ProxyHelper.Relay.Connections;

/// <summary>Contains the places for the connections of one worker, and the lists with their time limits.</summary>
[SupportedOSPlatform("linux")]
internal sealed class RelayConnections
{
    private const int FirstPlaces = 64;

    private readonly Stack<RelayConnection> _free = new();
    private readonly ActivityList _connecting = new();
    private readonly ActivityList _relaying = new();
    private readonly ActivityList _halfClosed = new();
    private RelayConnection[] _places = [];

    /// <summary>Gets the number of connections.</summary>
    public int Count => _places.Length - _free.Count;

    /// <summary>Returns a place for a new connection.</summary>
    public RelayConnection Take(TimeSpan now)
    {
        if (_free.Count == 0)
        {
            Grow();
        }

        RelayConnection connection = _free.Pop();
        connection.AcceptedAt = now;
        return connection;
    }

    /// <summary>Returns the connection that an event or an answer is about, or null if it has ended.</summary>
    /// <param name="key">The key of the event (<see cref="RelayConnection.KeyOf"/>).</param>
    public RelayConnection? Find(ulong key)
    {
        RelayConnection connection = _places[(uint)key >> 1];
        return connection.Generation == (uint)(key >> 32) ? connection : null;
    }

    /// <summary>Returns the connection at a place.</summary>
    public RelayConnection At(int place) => _places[place];

    /// <summary>Records that something happened to a connection, which begins its time limit anew.</summary>
    public void Touch(RelayConnection connection, TimeSpan now)
    {
        ActivityList list = connection.Stage == ConnectionStage.Connecting ? _connecting
            : connection.IsHalfClosed ? _halfClosed
            : _relaying;
        list.Enter(connection, now);
    }

    /// <summary>Frees the place of a connection that has ended.</summary>
    public void Free(RelayConnection connection)
    {
        connection.List?.Remove(connection);
        connection.Stage = ConnectionStage.Free;
        connection.Generation = (connection.Generation + 1) & int.MaxValue; // the other half belongs to other keys
        connection.Client = connection.Target = default;
        connection.OriginalSource = connection.OriginalDestination = default;
        connection.Ident = null;
        connection.Id = 0;
        connection.IsCounted = connection.HasTurn = false;
        _free.Push(connection);
    }

    /// <summary>Returns a connection whose time limit has passed, with the reason, or null.</summary>
    public RelayConnection? FindOverdue(RelayRules rules, TimeSpan now, out RelayOutcome reason)
    {
        reason = RelayOutcome.TargetTimeout;
        if (Overdue(_connecting, rules.ConnectTimeout, now) is { } connecting)
        {
            return connecting;
        }

        reason = RelayOutcome.HalfClosedTimeout;
        if (Overdue(_halfClosed, rules.HalfClosedTimeout, now) is { } halfClosed)
        {
            return halfClosed;
        }

        reason = RelayOutcome.IdleTimeout;
        return Overdue(_relaying, rules.IdleTimeout, now);
    }

    /// <summary>Returns the time until the next time limit passes, at most a limit.</summary>
    public TimeSpan TimeUntilOverdue(RelayRules rules, TimeSpan now, TimeSpan limit)
    {
        limit = Earlier(limit, _connecting, rules.ConnectTimeout, now);
        limit = Earlier(limit, _halfClosed, rules.HalfClosedTimeout, now);
        return Earlier(limit, _relaying, rules.IdleTimeout, now);
    }

    /// <summary>Returns all connections.</summary>
    public RelayConnection[] ListAll() => Array.FindAll(_places, one => one.Stage != ConnectionStage.Free);

    private static RelayConnection? Overdue(ActivityList list, TimeSpan longest, TimeSpan now) =>
        list.First is { } first && now - first.ActiveAt >= longest ? first : null;

    private static TimeSpan Earlier(TimeSpan limit, ActivityList list, TimeSpan longest, TimeSpan now)
    {
        if (list.First is not { } first)
        {
            return limit;
        }

        TimeSpan left = first.ActiveAt + longest - now;
        return left <= TimeSpan.Zero ? TimeSpan.Zero : left < limit ? left : limit;
    }

    private void Grow()
    {
        int before = _places.Length;
        Array.Resize(ref _places, Math.Max(FirstPlaces, before * 2));
        for (int place = _places.Length - 1; place >= before; place--)
        {
            _places[place] = new RelayConnection(place);
            _free.Push(_places[place]);
        }
    }
}
