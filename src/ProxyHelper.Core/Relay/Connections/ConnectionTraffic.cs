using System.Runtime.Versioning;
using ProxyHelper.Linux.Streams;

namespace ProxyHelper.Relay.Connections;

/// <summary>
/// Moves the bytes of connections when their sockets have events, and ends connections that are done.
/// </summary>
/// <param name="parts">The parts of the worker.</param>
/// <param name="opener">Takes the events of connections that are not relayed yet.</param>
/// <param name="ends">Ends connections.</param>
[SupportedOSPlatform("linux")]
internal sealed class ConnectionTraffic(RelayParts parts, ConnectionOpener opener, ConnectionEnds ends)
{
    /// <summary>Takes an event of a socket of a connection.</summary>
    public void TakeEvent(RelayConnection connection, bool isTarget, EdgeEvents events, TimeSpan now)
    {
        (isTarget ? ref connection.Down : ref connection.Up).NoteSource(events);
        (isTarget ? ref connection.Up : ref connection.Down).NoteTarget(events);
        if (connection.Stage == ConnectionStage.Relaying)
        {
            Move(connection, (events & EdgeEvents.Error) != 0, now);
        }
        else
        {
            opener.TakeEvent(connection, isTarget, events, now);
        }
    }

    /// <summary>Moves bytes of connections that need no event.</summary>
    public void MoveWaiting(TimeSpan now)
    {
        for (int count = parts.Turns.Count; count > 0; count--)
        {
            if (parts.Turns.Take() is { } connection)
            {
                Move(connection, hasError: false, now);
            }
        }
    }

    /// <summary>Moves bytes in both directions.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="hasError">
    /// Whether a socket has an error. Bytes that arrived before the error are still relayed, as a router would do.
    /// </param>
    /// <param name="now">The time since boot.</param>
    private void Move(RelayConnection connection, bool hasError, TimeSpan now)
    {
        long up = Math.Max(0, connection.Up.Bytes), down = connection.Down.Bytes;
        ref ByteFlow toTarget = ref connection.Up, toUser = ref connection.Down;
        FlowResult upResult = parts.Pump.Run(ref toTarget, connection.Client, connection.Target, toUser.IsDone);
        FlowResult downResult = parts.Pump.Run(ref toUser, connection.Target, connection.Client, toTarget.IsDone);
        up = Math.Max(0, connection.Up.Bytes) - up;
        down = connection.Down.Bytes - down;
        parts.Telemetry.Counters.CountUp(up);
        parts.Telemetry.Counters.CountDown(down);
        if (hasError || upResult == FlowResult.Broken || downResult == FlowResult.Broken)
        {
            ends.End(connection, RelayOutcome.Reset, now);
        }
        else if (connection.Up.IsDone && connection.Down.IsDone)
        {
            ends.End(connection, RelayOutcome.Finished, now);
        }
        else
        {
            parts.Connections.Touch(connection, now);
            if (upResult == FlowResult.HasMore || downResult == FlowResult.HasMore)
            {
                parts.Turns.Add(connection);
            }
        }
    }
}
