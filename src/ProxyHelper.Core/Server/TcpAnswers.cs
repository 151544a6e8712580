using System.Runtime.Versioning;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;
using ProxyHelper.Protocol;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Server;

/// <summary>
/// Answers a line over TCP. Every line gets a reply, because silence would cost the sender a time-out, unless the time
/// limit of the connection was reached.
/// </summary>
/// <param name="lookups">The look-ups of the server, one in a batch.</param>
/// <param name="telemetry">The counters, the journal and the meter.</param>
/// <param name="connections">The connections with their time limit.</param>
/// <param name="grace">Knows whether a line whose connection is not found may wait.</param>
/// <param name="clock">The clock.</param>
[SupportedOSPlatform("linux")]
internal sealed class TcpAnswers(
    LookupBatch lookups, ServerTelemetry telemetry, TcpConnections connections, FailoverGrace grace, Clock clock)
{
    /// <summary>Answers the line of a connection, or lets the line wait.</summary>
    /// <exception cref="LinuxException">Thrown when the connection is broken.</exception>
    public void Answer(TcpConnection connection, ReadOnlySpan<byte> line, ServerRules rules)
    {
        TimeSpan began = connection.WaitsSince ?? clock.SinceBoot;
        Span<byte> reply = stackalloc byte[LineReply.MaxWriteLength];
        bool isQuery = LineQuery.TryRead(line, out LineQuery query, out _);
        LookupOutcome outcome = default;
        int length = isQuery
            ? WriteReply(connection, query, reply, rules, out outcome)
            : LineReply.WriteError(reply, default, LineError.InvalidPort);
        if (isQuery && MustWait(connection, outcome, rules))
        {
            connection.Wait(began);
            return;
        }

        // Checked immediately before the send, because the process can stand still since the line arrived.
        TimeSpan now = clock.SinceBoot;
        if (connections.IsOverdue(connection, now))
        {
            telemetry.Refuse(Outcome.ConnectionTimeout, connection.Peer);
            connection.Close();
            return;
        }

        if (!isQuery)
        {
            telemetry.Refuse(Outcome.Malformed, connection.Peer);
            connection.Answer(reply[..length]);
            return;
        }

        telemetry.Count(outcome);
        connection.Answer(reply[..length]);
        if (rules.LogQueries)
        {
            telemetry.Journal.LogQuery(connection.Peer, lookups.Reply(0), lookups.Result(0));
        }

        telemetry.RecordLatency(now - began, LatencyHistogram.MinuteOf(clock.UtcNow));
    }

    /// <summary>Returns whether the line waits, and counts a line that begins to wait, or is found.</summary>
    private bool MustWait(TcpConnection connection, LookupOutcome outcome, ServerRules rules)
    {
        bool waited = connection.IsWaiting;
        if (outcome == LookupOutcome.Found)
        {
            telemetry.Counters.Add(Outcome.GraceFind, waited ? 1 : 0);
            return false;
        }

        TimeSpan now = clock.SinceBoot;
        bool mustWait = grace.MayBeginToWait(now, rules.FailoverGrace)
            && (waited || connections.LeaveRoomToWait(connection.Peer))
            && now - connection.OpenedAt < rules.Admission.LongestWait
            && connections.LeavesTimeToWait(connection, now);
        telemetry.Counters.Add(Outcome.GraceWait, mustWait && !waited ? 1 : 0);
        return mustWait;
    }

    /// <summary>Looks the query up, and writes the reply.</summary>
    /// <returns>The length of the reply.</returns>
    private int WriteReply(
        TcpConnection connection, LineQuery query, Span<byte> reply, ServerRules rules, out LookupOutcome outcome)
    {
        // The reply direction: from the proxy's accepting port to the port that NAT gave the user at the address of
        // this host.
        lookups.Clear();
        var tuple = new ConntrackTuple(
            IPProtocol.Tcp,
            new TransportEndPoint(connection.Peer, query.DestinationPort),
            new TransportEndPoint(connection.ReadLocalAddress(), query.SourcePort),
            Icmp: null);
        lookups.Add(tuple, connection.Peer);
        lookups.Find(rules.Admission);
        ref readonly Lookup lookup = ref lookups.Result(0);
        outcome = lookup.Outcome;
        return lookup.Outcome switch
        {
            LookupOutcome.Found => LineReply.WriteFound(
                reply, query, lookup.Original.Source, lookup.Original.Destination, rules.IdentFormat),
            LookupOutcome.NotFound => LineReply.WriteError(reply, query, LineError.NoUser),
            _ => LineReply.WriteError(reply, query, LineError.UnknownError),
        };
    }
}
