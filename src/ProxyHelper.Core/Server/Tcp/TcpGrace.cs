using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Server.Tcp;

/// <summary>
/// Looks up lines in the kernel. A line whose connection is not found waits while a <see cref="FailoverGrace"/> is
/// active, and is looked up again every few milliseconds.
/// </summary>
/// <param name="connections">The connections with their time limit.</param>
/// <param name="own">The addresses that the server listens on.</param>
/// <param name="context">What the server gets from its responder, with the table and the watch.</param>
[SupportedOSPlatform("linux")]
internal sealed class TcpGrace(TcpConnections connections, IEnumerable<IPv4Address> own, ServerContext context)
    : TcpSource
{
    private readonly LookupBatch _lookups = new(context.Table, capacity: 1, context.Telemetry);
    private readonly FailoverGrace _grace = new(context.Watch!, own, context.Clock, context.Telemetry.Journal);
    private TimeSpan _lookedUpAt;

    /// <summary>Gets the descriptor that is ready after a change of the addresses.</summary>
    public SafeHandle Wake => _grace.Reports;

    /// <inheritdoc/>
    public override TimeSpan LimitWait(TimeSpan limit, ServerRules rules)
    {
        limit = _grace.LimitWait(limit);
        return connections.HasWaiting && FailoverGrace.Interval < limit ? FailoverGrace.Interval : limit;
    }

    /// <inheritdoc/>
    public override bool BeginRound(bool isWoken, ServerRules rules)
    {
        _grace.Update(isWoken, rules.FailoverGrace);
        TimeSpan now = context.Clock.SinceBoot;
        if (!connections.HasWaiting || now - _lookedUpAt < FailoverGrace.Interval)
        {
            return false;
        }

        _lookedUpAt = now;
        return true;
    }

    /// <inheritdoc/>
    public override QueryResult? LookUp(TcpConnection connection, in ConntrackTuple reply, ServerRules rules)
    {
        _lookups.Clear();
        _lookups.Add(reply, connection.Peer);
        _lookups.Find(rules.Admission);
        return MustWait(connection, _lookups.Result(0).Outcome, rules)
            ? null
            : new QueryResult(_lookups.Result(0), _lookups.Outcome(0));
    }

    /// <inheritdoc/>
    public override void BeginEnd() => _grace.End();

    /// <inheritdoc/>
    public override void End()
    {
        // No line waits after the grace.
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        context.Table!.Dispose();
        context.Watch!.Dispose();
    }

    /// <summary>Returns whether the line waits, and counts a line that begins to wait, or is found.</summary>
    private bool MustWait(TcpConnection connection, LookupOutcome outcome, ServerRules rules)
    {
        bool waited = connection.IsWaiting;
        ServerCounters counters = context.Telemetry.Counters;
        if (outcome == LookupOutcome.Found)
        {
            counters.Add(Outcome.GraceFind, waited ? 1 : 0);
            return false;
        }

        TimeSpan now = context.Clock.SinceBoot;
        bool mustWait = _grace.MayBeginToWait(now, rules.FailoverGrace)
            && (waited || connections.LeaveRoomToWait(connection.Peer))
            && connections.TimeLeftToWait(connection, now, rules.Admission) > TimeSpan.Zero;
        counters.Add(Outcome.GraceWait, mustWait && !waited ? 1 : 0);
        return mustWait;
    }
}
