using System.Runtime.Versioning;

namespace ProxyHelper.Relay.Connections;

/// <summary>
/// Contains the connections that have the same time limit, in the order of their last activity. The first one is
/// overdue first, so that no other needs a look.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class ActivityList
{
    // A connection is moved once in this time at most, because a move touches three connections in memory.
    private static readonly TimeSpan _precision = TimeSpan.FromMilliseconds(50);

    private RelayConnection? _last;

    /// <summary>Gets the connection whose activity is oldest.</summary>
    public RelayConnection? First { get; private set; }

    /// <summary>Makes a connection the newest one of this list, and removes it from its list.</summary>
    public void Enter(RelayConnection connection, TimeSpan now)
    {
        if (connection.List == this && now - connection.ActiveAt < _precision)
        {
            return;
        }

        connection.List?.Remove(connection);
        connection.List = this;
        connection.ActiveAt = now;
        connection.Previous = _last;
        if (_last is null)
        {
            First = connection;
        }
        else
        {
            _last.Next = connection;
        }

        _last = connection;
    }

    /// <summary>Removes a connection.</summary>
    public void Remove(RelayConnection connection)
    {
        if (connection.Previous is { } previous)
        {
            previous.Next = connection.Next;
        }
        else
        {
            First = connection.Next;
        }

        if (connection.Next is { } next)
        {
            next.Previous = connection.Previous;
        }
        else
        {
            _last = connection.Previous;
        }

        connection.List = null;
        connection.Previous = connection.Next = null;
    }
}
