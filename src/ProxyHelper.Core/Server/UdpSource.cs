using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using ProxyHelper.Access;
using ProxyHelper.Protocol;
using ProxyHelper.Sources;

namespace ProxyHelper.Server;

/// <summary>
/// Looks up the queries of a UDP server. Some queries wait: they are taken out of their batch, and are put into a batch
/// again when they may be answered.
/// </summary>
/// <param name="batch">The parts with which the server answers a batch.</param>
/// <param name="sockets">The sockets of the server.</param>
[SupportedOSPlatform("linux")]
internal abstract class UdpSource(UdpBatch batch, QuerySocket[] sockets) : IDisposable
{
    private readonly WaitingQueries _waiting = new();
    private readonly QuerySocket[] _replySockets = [.. sockets.DistinctBy(socket => socket.ReplySocket)];
    private readonly int[] _loaded = new int[batch.Datagrams.Slots]; // the waiting query of each look-up

    /// <summary>Gets the descriptor that is ready when waiting queries may be answered.</summary>
    public abstract SafeHandle Wake { get; }

    /// <summary>Gets the parts with which the server answers a batch.</summary>
    protected UdpBatch Batch => batch;

    /// <summary>Gets the time since boot.</summary>
    protected TimeSpan Now => batch.Arrivals.SinceBoot + batch.Arrivals.SinceBatch();

    /// <summary>Gets the number of queries that wait.</summary>
    protected int WaitingCount => _waiting.Count;

    /// <summary>Returns the time until waiting queries must be served, up to a limit.</summary>
    public abstract TimeSpan LimitWait(TimeSpan limit, ServerRules rules);

    /// <summary>Serves the queries that wait, if it is time. Called once in a round of the server.</summary>
    /// <param name="isWoken">Whether <see cref="Wake"/> is ready.</param>
    /// <param name="rules">The rules in force.</param>
    public abstract void BeginRound(bool isWoken, ServerRules rules);

    /// <summary>Looks up the batch, and takes the queries that wait out of the batch.</summary>
    /// <param name="socket">The socket that received the batch.</param>
    /// <param name="rules">The rules in force.</param>
    public abstract void LookUp(QuerySocket socket, ServerRules rules);

    /// <summary>Lets no query wait longer than necessary, because the server stops.</summary>
    public abstract void BeginEnd(ServerRules rules);

    /// <summary>Answers all queries that wait.</summary>
    /// <param name="limit">The longest time that the method takes.</param>
    /// <param name="rules">The rules in force.</param>
    public abstract void End(TimeSpan limit, ServerRules rules);

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Returns a query that waits.</summary>
    protected ref readonly WaitingQuery Waiting(int place) => ref _waiting[place];

    /// <summary>Returns the waiting query of a look-up of the batch.</summary>
    protected ref readonly WaitingQuery WaitingOf(int index) => ref _waiting[_loaded[index]];

    /// <summary>Returns whether another query of the sender of a look-up may wait.</summary>
    protected bool HasRoom(int index) => _waiting.HasRoom(batch.Lookups.Sender(index));

    /// <summary>Keeps a query of the batch, which must have room. The caller takes it out of the batch.</summary>
    /// <param name="index">The look-up of the query.</param>
    /// <param name="socket">The socket that received the query.</param>
    /// <param name="ticket">The ticket that the query waits for, or null.</param>
    protected void Keep(int index, QuerySocket socket, ResolverTicket? ticket = null)
    {
        ref readonly PendingQuery query = ref batch.Replies.Pending(index);
        var waiting = new WaitingQuery
        {
            Sender = batch.Lookups.Sender(index),
            LocalAddress = query.LocalAddress,
            Socket = socket,
            ArrivedAt = batch.Arrivals.SinceBoot - query.Age,
            Ticket = ticket,
        };
        batch.Datagrams.Data(query.Slot).CopyTo(waiting.Bytes);
        batch.Datagrams.Address(query.Slot).CopyTo(waiting.SenderAddress);
        _waiting.Add(waiting);
    }

    /// <summary>Puts the due queries into the batch, a batch at a time, and answers those that are done.</summary>
    protected void ServeWaiting(ServerRules rules)
    {
        foreach (QuerySocket socket in _replySockets)
        {
            for (int next = 0; next < _waiting.Count;)
            {
                next = Serve(next, socket, rules);
            }
        }

        _waiting.RemoveDone();
    }

    /// <summary>Returns whether a query is put into a batch.</summary>
    protected abstract bool IsDue(in WaitingQuery query, ServerRules rules);

    /// <summary>Looks up the batch of queries that waited.</summary>
    protected abstract void LookUpWaiting(ServerRules rules);

    /// <summary>Returns whether the query of a look-up is answered now. Otherwise the query goes on waiting.</summary>
    protected abstract bool IsDone(int index, ServerRules rules);

    /// <summary>Serves a batch of the queries whose replies leave by a socket.</summary>
    /// <param name="next">The first waiting query.</param>
    /// <param name="socket">The socket, or another one with the same socket for replies.</param>
    /// <param name="rules">The rules in force.</param>
    /// <returns>The waiting query after the batch.</returns>
    private int Serve(int next, QuerySocket socket, ServerRules rules)
    {
        batch.Lookups.Clear();
        batch.Arrivals.BeginBatch();
        while (next < _waiting.Count && batch.Lookups.Count < batch.Datagrams.Slots)
        {
            if (_waiting[next].Socket.ReplySocket == socket.ReplySocket && IsDue(_waiting[next], rules))
            {
                Load(next, rules.Admission);
            }

            next++;
        }

        if (batch.Lookups.Count > 0)
        {
            LookUpWaiting(rules);
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
            waiting.Ticket?.Abandon();
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
        int kept = 0;
        for (int i = 0; i < batch.Lookups.Count; i++)
        {
            if (IsDone(i, rules))
            {
                _waiting[_loaded[i]].IsDone = true;
                batch.Keep(i, kept++);
            }
        }

        batch.Lookups.Truncate(kept);
    }
}
