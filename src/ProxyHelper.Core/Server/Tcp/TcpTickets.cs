using ProxyHelper.Conntrack;
using ProxyHelper.Lifetime;
using ProxyHelper.Linux;

namespace ProxyHelper.Server.Tcp;

/// <summary>
/// Looks up lines with a resolver. Each line waits for its ticket, and is answered when the ticket is done, or when the
/// line can wait no longer.
/// </summary>
/// <param name="connections">The connections with their time limit.</param>
/// <param name="tickets">Begins the look-ups.</param>
/// <param name="wake">The signal that the tickets set, which the source disposes of.</param>
/// <param name="clock">The clock.</param>
internal sealed class TcpTickets(TcpConnections connections, QueryTickets tickets, WakeSignal wake, Clock clock)
    : TcpSource
{
    private bool _isOver;

    /// <inheritdoc/>
    public override TimeSpan LimitWait(TimeSpan limit, ServerRules rules)
    {
        TimeSpan now = clock.SinceBoot;
        for (int place = 0; place < TcpConnections.Max; place++)
        {
            if (connections[place] is { IsWaiting: true } connection)
            {
                TimeSpan left = connections.TimeLeftToWait(connection, now, rules.Admission);
                limit = left < limit ? left : limit;
            }
        }

        return limit > TimeSpan.Zero ? limit : TimeSpan.Zero;
    }

    /// <inheritdoc/>
    public override bool BeginRound(bool isWoken, ServerRules rules)
    {
        if (isWoken)
        {
            wake.Reset(); // before the tickets are looked at, so that a later one wakes the server again
        }

        return connections.HasWaiting && (isWoken || LimitWait(TimeSpan.MaxValue, rules) == TimeSpan.Zero);
    }

    /// <inheritdoc/>
    public override QueryResult? LookUp(TcpConnection connection, in ConntrackTuple reply, ServerRules rules)
    {
        connection.Ticket ??= tickets.Begin(reply, connection.Peer);
        return connection.Ticket.IsDone || !MayWait(connection, rules)
            ? tickets.Take(connection.Ticket, connection.Peer, reply, rules.Admission)
            : null;
    }

    /// <inheritdoc/>
    public override void BeginEnd()
    {
        // The tickets may still be done in the time that the stop takes.
    }

    /// <inheritdoc/>
    public override void End() => _isOver = true;

    /// <inheritdoc/>
    public override void Dispose() => wake.Dispose();

    private bool MayWait(TcpConnection connection, ServerRules rules) =>
        !_isOver && connections.TimeLeftToWait(connection, clock.SinceBoot, rules.Admission) > TimeSpan.Zero;
}
