using ProxyHelper.Access;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;
using ProxyHelper.Protocol;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Server.Portable;

/// <summary>Contains the queries that wait for their tickets, and answers them.</summary>
/// <param name="tickets">Begins the look-ups.</param>
/// <param name="telemetry">The counters, the journal and the meter.</param>
/// <param name="clock">The clock.</param>
internal sealed class PortableReplies(QueryTickets tickets, ServerTelemetry telemetry, Clock clock)
{
    private readonly List<PortableQuery> _waiting = [];
    private readonly SenderPlaces _places = new();

    /// <summary>Gets whether a query waits.</summary>
    public bool HasWaiting => _waiting.Count > 0;

    /// <summary>Begins the look-up of an admitted query, or answers the query if it has no place to wait.</summary>
    public void Add(PortableQuery query, in Query read, ServerRules rules)
    {
        if (!_places.HasRoom(query.Sender))
        {
            Answer(query, read, tickets.Refuse(query.Sender), rules);
            return;
        }

        query.Ticket = tickets.Begin(TupleOf(read), query.Sender);
        _places.Take(query.Sender);
        _waiting.Add(query);
    }

    /// <summary>Returns the time until a query can wait no longer, up to a limit.</summary>
    public TimeSpan LimitWait(TimeSpan limit, Admission admission)
    {
        TimeSpan now = clock.SinceBoot;
        foreach (PortableQuery query in _waiting)
        {
            TimeSpan left = query.EmptyAt + admission.LongestWait - now;
            limit = left < limit ? left : limit;
        }

        return limit > TimeSpan.Zero ? limit : TimeSpan.Zero;
    }

    /// <summary>Answers the queries whose tickets are done, and those that can wait no longer.</summary>
    /// <param name="rules">The rules in force.</param>
    /// <param name="isLast">Whether all queries are answered, because the server stops.</param>
    public void AnswerDone(ServerRules rules, bool isLast = false)
    {
        TimeSpan now = clock.SinceBoot;
        int kept = 0;
        for (int i = 0; i < _waiting.Count; i++)
        {
            PortableQuery query = _waiting[i];
            if (isLast || query.Ticket!.IsDone || now - query.EmptyAt >= rules.Admission.LongestWait)
            {
                _places.Free(query.Sender);
                Answer(query, rules);
            }
            else
            {
                _waiting[kept++] = query;
            }
        }

        _waiting.RemoveRange(kept, _waiting.Count - kept);
    }

    /// <summary>Abandons the queries that wait, because the server has ended.</summary>
    public void AbandonAll() => _waiting.ForEach(query => query.Ticket!.Abandon());

    private static ConntrackTuple TupleOf(in Query query) =>
        new(IPProtocol.Tcp, query.Destination, query.Source, Icmp: null);

    /// <summary>Answers a query, unless the rules or its age forbid a reply by now.</summary>
    private void Answer(PortableQuery query, ServerRules rules)
    {
        TimeSpan age = clock.SinceBoot - query.EmptyAt;
        if (rules.Admission.FindRefusalOfWaiting(query.Bytes, query.Sender, age, out Query read) is { } refusal)
        {
            query.Ticket!.Abandon();
            telemetry.Refuse(refusal, query.Sender);
            return;
        }

        Answer(query, read, tickets.Take(query.Ticket!, query.Sender, TupleOf(read), rules.Admission), rules);
    }

    private void Answer(PortableQuery query, in Query read, in QueryResult result, ServerRules rules)
    {
        if (result.Lookup.Outcome == LookupOutcome.Found)
        {
            ConntrackTuple original = result.Lookup.Original;
            Reply.WriteFound(query.Bytes, original.Source, original.Destination, rules.IdentFormat);
        }
        else
        {
            Reply.WriteNotFound(query.Bytes);
        }

        // Checked immediately before the send, because the process can stand still at any point.
        TimeSpan now = clock.SinceBoot;
        if (rules.Admission.IsLate(now - query.EmptyAt))
        {
            telemetry.Refuse(Outcome.Late, query.Sender);
            return;
        }

        telemetry.Counters.Add(result.Outcome); // before the send, so that the receiver finds the reply counted
        if (!query.Socket.TrySend(query.Bytes, query.From))
        {
            telemetry.Counters.Add(Outcome.UnsentReply);
        }

        telemetry.RecordLatency(now - query.ReceivedAt, LatencyHistogram.MinuteOf(clock.UtcNow));
        if (rules.LogQueries)
        {
            telemetry.Journal.LogQuery(query.Sender, TupleOf(read), result.Lookup);
        }
    }
}
