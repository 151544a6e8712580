using System.Runtime.Versioning;

namespace ProxyHelper.Relay.Connections;

/// <summary>
/// Contains the connections that have bytes to move without another event: their budget was used up, or their target
/// has just accepted them.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class TurnQueue
{
    private readonly Queue<RelayConnection> _connections = new();

    /// <summary>Gets the number of connections.</summary>
    public int Count => _connections.Count;

    /// <summary>Adds a connection, unless it waits already.</summary>
    public void Add(RelayConnection connection)
    {
        if (!connection.HasTurn)
        {
            connection.HasTurn = true;
            _connections.Enqueue(connection);
        }
    }

    /// <summary>Removes the connection that waits longest, and returns it, or null if it has ended.</summary>
    public RelayConnection? Take()
    {
        RelayConnection connection = _connections.Dequeue();
        if (!connection.HasTurn)
        {
            return null;
        }

        connection.HasTurn = false;
        return connection;
    }
}
