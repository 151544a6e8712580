using System.Runtime.Versioning;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;
using ProxyHelper.Protocol;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Server;

/// <summary>
/// Answers a line over TCP. Every line gets a reply, because silence would cost the sender a time-out.
/// </summary>
/// <param name="lookups">The look-ups of the server, one in a batch.</param>
/// <param name="telemetry">The counters, the journal and the meter.</param>
/// <param name="clock">The clock.</param>
[SupportedOSPlatform("linux")]
internal sealed class TcpAnswers(LookupBatch lookups, ServerTelemetry telemetry, Clock clock)
{
    /// <summary>Answers the line of a connection.</summary>
    /// <exception cref="LinuxException">Thrown when the connection is broken.</exception>
    public void Answer(TcpConnection connection, ReadOnlySpan<byte> line, ServerRules rules)
    {
        TimeSpan began = clock.SinceBoot;
        Span<byte> reply = stackalloc byte[LineReply.MaxWriteLength];
        if (!LineQuery.TryRead(line, out LineQuery query, out _))
        {
            telemetry.Refuse(Outcome.Malformed, connection.Peer);
            connection.Answer(reply[..LineReply.WriteError(reply, default, LineError.InvalidPort)]);
            return;
        }

        connection.Answer(reply[..WriteReply(connection, query, reply, rules)]);
        telemetry.RecordLatency(clock.SinceBoot - began, LatencyHistogram.MinuteOf(clock.UtcNow));
    }

    /// <summary>Looks the query up, and writes the reply.</summary>
    /// <returns>The length of the reply.</returns>
    private int WriteReply(TcpConnection connection, LineQuery query, Span<byte> reply, ServerRules rules)
    {
        // The reply direction: from the proxy's accepting port to the port that NAT gave the user at the address of
        // this host.
        lookups.Clear();
        lookups.Add(new ConntrackTuple(
            IPProtocol.Tcp,
            new TransportEndPoint(connection.Peer, query.DestinationPort),
            new TransportEndPoint(connection.ReadLocalAddress(), query.SourcePort),
            Icmp: null));
        lookups.Find();
        ref readonly Lookup lookup = ref lookups.Result(0, connection.Peer, rules.Admission);
        telemetry.Count(lookup.Outcome);
        if (rules.LogQueries)
        {
            telemetry.Journal.LogQuery(connection.Peer, lookups.Reply(0), lookup);
        }

        return lookup.Outcome switch
        {
            LookupOutcome.Found => LineReply.WriteFound(
                reply, query, lookup.Original.Source, lookup.Original.Destination, rules.IdentFormat),
            LookupOutcome.NotFound => LineReply.WriteError(reply, query, LineError.NoUser),
            _ => LineReply.WriteError(reply, query, LineError.UnknownError),
        };
    }
}
