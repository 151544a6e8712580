using System.Diagnostics;
using System.Runtime.Versioning;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Protocol;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Server;

/// <summary>From a line over TCP to its answer. Every line gets one: silence would cost the sender a time-out.</summary>
[SupportedOSPlatform("linux")]
internal sealed class TcpAnswers(LookupRetry lookup, Refusals refusals, ResponderCounters counters, ResponderJournal journal, ResponderMeter? meter)
{
    private readonly ConntrackTuple[] _asked = new ConntrackTuple[1];
    private readonly Lookup[] _lookups = new Lookup[1];

    /// <summary>Answers a connection's line.</summary>
    /// <exception cref="Linux.LinuxException">The connection is broken.</exception>
    public void Answer(TcpConnection connection, ReadOnlySpan<byte> line, ServerRules rules)
    {
        long began = Stopwatch.GetTimestamp();
        Span<byte> reply = stackalloc byte[LineReply.LongestWritten];
        counters.Add(Counter.Queries);
        if (!LineQuery.TryRead(line, out LineQuery query, out _))
        {
            refusals.Add(Verdict.MalformedLine, connection.Peer);
            connection.Answer(reply[..LineReply.WriteError(reply, default, LineError.InvalidPort)]);
            return;
        }

        connection.Answer(reply[..Answer(connection, query, reply, rules)]);
        Measure(Stopwatch.GetElapsedTime(began));
    }

    /// <summary>Looks up, and writes the answer.</summary>
    /// <returns>How many bytes that is.</returns>
    private int Answer(TcpConnection connection, LineQuery query, Span<byte> reply, ServerRules rules)
    {
        // The reply direction: from the proxy's accepting port to the port that NAT gave the user at the address that was asked.
        _asked[0] = new ConntrackTuple(
            IPProtocol.Tcp,
            new TransportEndPoint(connection.Peer, query.DestinationPort),
            new TransportEndPoint(connection.ReadLocalAddress(), query.SourcePort),
            Icmp: null);
        lookup.Find(_asked, _lookups);
        if (rules.LogQueries)
        {
            journal.NoteQuery(connection.Peer, _asked[0], _lookups[0]);
        }

        switch (_lookups[0].Outcome)
        {
            case LookupOutcome.Found:
                counters.Add(Counter.Found);
                return LineReply.WriteFound(reply, query, _lookups[0].Original, rules.IdentFormat);
            case LookupOutcome.NotFound:
                counters.Add(Counter.NotFound);
                return LineReply.WriteError(reply, query, LineError.NoUser);
            default:
                counters.Add(Counter.FailedLookups);
                return LineReply.WriteError(reply, query, LineError.UnknownError);
        }
    }

    private void Measure(TimeSpan took)
    {
        counters.Latencies.Record(took.Ticks / TimeSpan.TicksPerMicrosecond, LatencyHistogram.MinuteOf(DateTime.UtcNow));
        meter?.Record(took);
    }
}
