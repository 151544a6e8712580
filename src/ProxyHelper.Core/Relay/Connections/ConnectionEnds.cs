using System.Runtime.Versioning;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;

namespace ProxyHelper.Relay.Connections;

/// <summary>Ends connections: closes or resets both sides, counts and logs the outcome, and frees the place.</summary>
/// <param name="parts">The parts of the worker.</param>
[SupportedOSPlatform("linux")]
internal sealed class ConnectionEnds(RelayParts parts)
{
    /// <summary>Gets the number of connections that have ended.</summary>
    public long Count { get; private set; }

    /// <summary>Ends a connection.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="outcome">The outcome. All but one reset both sides.</param>
    /// <param name="now">The time since boot.</param>
    /// <param name="errno">The error that is the reason, or none.</param>
    public void End(RelayConnection connection, RelayOutcome outcome, TimeSpan now, Errno errno = Errno.None)
    {
        if (outcome == RelayOutcome.Finished)
        {
            connection.Target.Close();
            connection.Client.Close();
        }
        else
        {
            connection.Target.Reset();
            connection.Client.Reset();
        }

        Log(connection, outcome, now, errno);
        if (connection.IsCounted && connection.OriginalSource.TryGetIPv4(out IPv4Address source))
        {
            parts.Limits.Sources.Leave(source);
        }

        parts.Pump.Release(ref connection.Up);
        parts.Pump.Release(ref connection.Down);
        parts.Connections.Free(connection);
        parts.Limits.Connections.Remove();
        parts.Telemetry.Counters.CountEnd(outcome);
        Count++;
    }

    private void Log(RelayConnection connection, RelayOutcome outcome, TimeSpan now, Errno errno)
    {
        if (connection.Stage != ConnectionStage.Relaying)
        {
            parts.Telemetry.Journal.LogRefusal(outcome, connection, errno);
        }

        if (parts.Rules.LogConnections)
        {
            parts.Telemetry.Journal.LogConnection(connection, outcome, now - connection.AcceptedAt);
        }
    }
}
