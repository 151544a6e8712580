using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;
using ProxyHelper.Protocol;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Server.Tcp;

/// <summary>
/// Answers a line over TCP. Every line gets a reply, because silence would cost the sender a time-out, unless the time
/// limit of the connection was reached.
/// </summary>
/// <param name="source">Looks up the lines.</param>
/// <param name="connections">The connections with their time limit.</param>
/// <param name="telemetry">The counters, the journal and the meter.</param>
/// <param name="clock">The clock.</param>
internal sealed class TcpAnswers(
    TcpSource source, TcpConnections connections, ServerTelemetry telemetry, Clock clock)
{
    /// <summary>Answers the line of a connection, or lets the line wait.</summary>
    /// <exception cref="LinuxException">Thrown when the connection is broken.</exception>
    public void Answer(TcpConnection connection, ReadOnlySpan<byte> line, ServerRules rules)
    {
        TimeSpan began = connection.WaitsSince ?? clock.SinceBoot;
        if (!LineQuery.TryRead(line, out LineQuery query, out _))
        {
            AnswerMalformed(connection);
            return;
        }

        ConntrackTuple tuple = TupleOf(connection, query);
        if (source.LookUp(connection, tuple, rules) is not { } result)
        {
            connection.Wait(began);
            return;
        }

        Span<byte> reply = stackalloc byte[LineReply.MaxWriteLength];
        int length = Write(reply, query, result.Lookup, rules.IdentFormat);
        if (CloseOverdue(connection))
        {
            return;
        }

        telemetry.Counters.Add(result.Outcome);
        connection.Answer(reply[..length]);
        if (rules.LogQueries)
        {
            telemetry.Journal.LogQuery(connection.Peer, tuple, result.Lookup);
        }

        telemetry.RecordLatency(clock.SinceBoot - began, LatencyHistogram.MinuteOf(clock.UtcNow));
    }

    private void AnswerMalformed(TcpConnection connection)
    {
        if (!CloseOverdue(connection))
        {
            Span<byte> reply = stackalloc byte[LineReply.MaxWriteLength];
            int length = LineReply.WriteError(reply, default, LineError.InvalidPort);
            telemetry.Refuse(Outcome.Malformed, connection.Peer);
            connection.Answer(reply[..length]);
        }
    }

    /// <summary>
    /// Closes a connection that has reached its time limit. Called immediately before a send, because the process can
    /// stand still since the line arrived.
    /// </summary>
    private bool CloseOverdue(TcpConnection connection)
    {
        if (!connections.IsOverdue(connection, clock.SinceBoot))
        {
            return false;
        }

        telemetry.Refuse(Outcome.ConnectionTimeout, connection.Peer);
        connection.Close();
        return true;
    }

    /// <summary>
    /// Returns the tuple of the reply direction: from the proxy's accepting port to the port that NAT gave the user at
    /// the address of this host.
    /// </summary>
    private static ConntrackTuple TupleOf(TcpConnection connection, LineQuery query) => new(
        IPProtocol.Tcp,
        new TransportEndPoint(connection.Peer, query.DestinationPort),
        new TransportEndPoint(connection.ReadLocalAddress(), query.SourcePort),
        Icmp: null);

    /// <summary>Writes the reply.</summary>
    /// <returns>The length of the reply.</returns>
    private static int Write(Span<byte> reply, LineQuery query, in Lookup lookup, IdentFormat format) =>
        lookup.Outcome switch
        {
            LookupOutcome.Found => LineReply.WriteFound(
                reply, query, lookup.Original.Source, lookup.Original.Destination, format),
            LookupOutcome.NotFound => LineReply.WriteError(reply, query, LineError.NoUser),
            _ => LineReply.WriteError(reply, query, LineError.UnknownError),
        };
}
