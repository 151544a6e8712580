using System.Runtime.Versioning;
using ProxyHelper.Access;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;
using ProxyHelper.Protocol;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Server;

/// <summary>
/// Lets queries wait whose connection is not found while a <see cref="FailoverGrace"/> is active. Every few
/// milliseconds they are looked up again. A query is answered when its connection is found, and "not found" when it
/// can wait no longer. The sender cannot know from the time of the reply whether an entry exists that it may not learn
/// about, because such an entry counts as not found.
/// </summary>
/// <param name="batch">The parts with which the server answers a batch.</param>
/// <param name="grace">Knows whether queries may wait.</param>
/// <param name="sockets">The sockets of the server.</param>
[SupportedOSPlatform("linux")]
internal sealed class UdpGrace(UdpBatch batch, FailoverGrace grace, QuerySocket[] sockets)
{
    private readonly WaitingQueries _waiting = new();
    private readonly QuerySocket[] _replySockets = [.. sockets.DistinctBy(socket => socket.ReplySocket)];
    private readonly int[] _loaded = new int[batch.Datagrams.Slots]; // the waiting query of each look-up
    private TimeSpan _lookedUpAt;

    private TimeSpan Now => batch.Arrivals.SinceBoot + batch.Arrivals.SinceBatch();

    /// <summary>Returns the time until the next look-ups, up to a limit.</summary>
    public TimeSpan LimitWait(TimeSpan limit)
    {
        limit = grace.LimitWait(limit);
        if (_waiting.Count == 0)
        {
            return limit;
        }

        TimeSpan left = _lookedUpAt + FailoverGrace.Interval - Now;
        return left < TimeSpan.Zero ? TimeSpan.Zero : left < limit ? left : limit;
    }

    /// <summary>Takes the queries that may wait out of the batch that was looked up.</summary>
    /// <param name="socket">The socket that received the batch.</param>
    /// <param name="rules">The rules in force.</param>
    public void TakeNotFound(QuerySocket socket, ServerRules rules)
    {
        if (batch.Lookups.AreAllFound || !grace.MayBeginToWait(batch.Arrivals.SinceBoot, rules.FailoverGrace))
        {
            return;
        }

        int kept = 0;
        for (int i = 0; i < batch.Lookups.Count; i++)
        {
            if (batch.Lookups.Result(i).Outcome == LookupOutcome.Found || !TryWait(i, socket, rules.Admission))
            {
                batch.Keep(i, kept++);
            }
        }

        batch.Lookups.Truncate(kept);
    }

    /// <summary>Looks the waiting queries up again if it is time, and answers those that do not wait longer.</summary>
    public void LookUpAgain(ServerRules rules)
    {
        if (_waiting.Count == 0
            || (Now - _lookedUpAt < FailoverGrace.Interval && grace.IsActive(Now, rules.FailoverGrace)))
        {
            return;
        }

        foreach (QuerySocket socket in _replySockets)
        {
            for (int next = 0; next < _waiting.Count;)
            {
                next = LookUp(next, socket, rules);
            }
        }

        _waiting.RemoveDone();
        _lookedUpAt = Now;
    }

    /// <summary>Ends the grace, and answers all queries.</summary>
    public void End(ServerRules rules)
    {
        grace.End();
        LookUpAgain(rules);
    }

    private bool TryWait(int index, QuerySocket socket, Admission admission)
    {
        ref readonly PendingQuery query = ref batch.Replies.Pending(index);
        if (query.Age >= admission.LongestWait)
        {
            return false;
        }

        var waiting = new WaitingQuery
        {
            Sender = batch.Lookups.Sender(index),
            LocalAddress = query.LocalAddress,
            Socket = socket,
            ArrivedAt = batch.Arrivals.SinceBoot - query.Age,
        };
        batch.Datagrams.Data(query.Slot).CopyTo(waiting.Bytes);
        batch.Datagrams.Address(query.Slot).CopyTo(waiting.SenderAddress);
        _lookedUpAt = _waiting.Count == 0 ? batch.Arrivals.SinceBoot : _lookedUpAt;
        if (!_waiting.TryAdd(waiting))
        {
            return false;
        }

        batch.Telemetry.Counters.Add(Outcome.GraceWait);
        return true;
    }

    /// <summary>Looks up a batch of the queries whose replies leave by a socket.</summary>
    /// <param name="next">The first waiting query.</param>
    /// <param name="socket">The socket, or another one with the same socket for replies.</param>
    /// <param name="rules">The rules in force.</param>
    /// <returns>The waiting query after the batch.</returns>
    private int LookUp(int next, QuerySocket socket, ServerRules rules)
    {
        batch.Lookups.Clear();
        batch.Arrivals.BeginBatch();
        while (next < _waiting.Count && batch.Lookups.Count < batch.Datagrams.Slots)
        {
            if (_waiting[next].Socket.ReplySocket == socket.ReplySocket)
            {
                Load(next, rules.Admission);
            }

            next++;
        }

        if (batch.Lookups.Count > 0)
        {
            batch.Lookups.Find(rules.Admission);
            KeepDone(rules);
            batch.Answer(socket, rules);
        }

        return next;
    }

    /// <summary>Adds a waiting query to the batch, unless the rules or its age forbid a reply by now.</summary>
    private void Load(int place, Admission admission)
    {
        ref WaitingQuery waiting = ref _waiting[place];
        TimeSpan age = batch.Arrivals.SinceBoot - waiting.ArrivedAt;
        if (admission.FindRefusalOfWaiting(waiting.Bytes, waiting.Sender, age, out Query query) is { } refusal)
        {
            batch.Telemetry.Refuse(refusal, waiting.Sender);
            waiting.IsDone = true;
            return;
        }

        int slot = batch.Lookups.Count;
        batch.Datagrams.Load(slot, waiting.Bytes, waiting.SenderAddress);
        batch.Add(query, new PendingQuery(slot, age, waiting.LocalAddress), waiting.Sender);
        _loaded[slot] = place;
    }

    /// <summary>Keeps the queries in the batch that do not wait longer.</summary>
    private void KeepDone(ServerRules rules)
    {
        bool isActive = grace.IsActive(batch.Arrivals.SinceBoot, rules.FailoverGrace);
        int kept = 0;
        for (int i = 0; i < batch.Lookups.Count; i++)
        {
            bool isFound = batch.Lookups.Result(i).Outcome == LookupOutcome.Found;
            if (isFound || !isActive || batch.Replies.Pending(i).Age >= rules.Admission.LongestWait)
            {
                batch.Telemetry.Counters.Add(Outcome.GraceFind, isFound ? 1 : 0);
                _waiting[_loaded[i]].IsDone = true;
                batch.Keep(i, kept++);
            }
        }

        batch.Lookups.Truncate(kept);
    }
}

/// <summary>Contains the parts with which a UDP server answers a batch.</summary>
/// <param name="Datagrams">The datagrams of the queries.</param>
/// <param name="Lookups">The look-ups of the queries.</param>
/// <param name="Replies">The replies.</param>
/// <param name="Arrivals">The ages of the queries.</param>
/// <param name="Telemetry">The counters and the journal.</param>
[SupportedOSPlatform("linux")]
internal sealed record UdpBatch(
    MessageBatch Datagrams,
    LookupBatch Lookups,
    UdpReplies Replies,
    ArrivalClock Arrivals,
    ServerTelemetry Telemetry)
{
    /// <summary>Adds the look-up of a query.</summary>
    /// <param name="query">What the datagram asks.</param>
    /// <param name="pending">What the reply needs.</param>
    /// <param name="sender">The address of the sender.</param>
    public void Add(in Query query, in PendingQuery pending, IPv4Address sender)
    {
        Replies.Expect(Lookups.Count, pending);
        Lookups.Add(new ConntrackTuple(IPProtocol.Tcp, query.Destination, query.Source, Icmp: null), sender);
    }

    /// <summary>Puts a query in the place of an earlier one, which is lost, or leaves it where it is.</summary>
    public void Keep(int index, int earlier)
    {
        if (index != earlier)
        {
            Lookups.Move(index, earlier);
            Replies.Move(index, earlier);
        }
    }

    /// <summary>Sends the replies to the queries.</summary>
    public void Answer(QuerySocket socket, ServerRules rules)
    {
        Replies.Write(rules);
        Replies.Send(socket, rules.Admission);
        Replies.Report(rules);
    }
}
