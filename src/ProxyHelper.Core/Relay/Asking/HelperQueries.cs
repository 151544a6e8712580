using System.Runtime.Versioning;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;
using ProxyHelper.Linux.Entropy;
using ProxyHelper.Protocol;

namespace ProxyHelper.Relay.Asking;

/// <summary>
/// Asks the helpers for the original ends of connections, and matches their replies. A query has a fresh random cookie
/// and one socket. Only a datagram of that socket with that cookie is its reply, so no connection gets the answer of
/// another one. The object belongs to one thread.
/// </summary>
/// <param name="sockets">The sockets to the helpers, which the object disposes of.</param>
/// <param name="maxQueries">The largest number of queries that wait for a reply.</param>
/// <param name="counters">The counters.</param>
/// <param name="clock">The clock.</param>
/// <param name="cookies">The random cookies.</param>
[SupportedOSPlatform("linux")]
internal sealed class HelperQueries(
    HelperSocketTable sockets, int maxQueries, RelayCounters counters, Clock clock, RandomNumbers cookies) : IDisposable
{
    private const int MaxSends = 3;
    private const int BatchSize = 32; // datagrams that one system call receives
    private const int BufferSize = 128; // longer than a reply, so that a longer datagram is recognized

    private static readonly TimeSpan _replyTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _refusalPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan _longestTime = (MaxSends * _replyTime) + _refusalPause;

    private readonly QueryTable _queries = new(cookies);
    private readonly MessageBatch _replies = new(BatchSize, BufferSize, isConnected: true);
    private readonly QuerySender _sender = new();

    /// <summary>Gets or sets the secret of the helpers, for each query that is sent from now on.</summary>
    public uint Secret
    {
        get => _sender.Secret;
        set => _sender.Secret = value;
    }

    /// <summary>
    /// Gets the answers since the caller cleared the list. Each query gets exactly one. Any method of the
    /// object can add answers.
    /// </summary>
    public List<RelayAnswer> Answers { get; } = [];

    /// <summary>
    /// Gets the time at which <see cref="Advance"/> has something to do, by <see cref="Clock.SinceBoot"/>. Null if no
    /// query waits.
    /// </summary>
    public TimeSpan? NextDeadline => _queries.NextDueAt;

    /// <summary>Makes the queries of one worker.</summary>
    /// <param name="port">The UDP port of the helpers.</param>
    /// <param name="maxQueries">The largest number of queries that wait for a reply.</param>
    /// <param name="counters">The counters.</param>
    /// <param name="watch">
    /// Waits for a new socket, edge-triggered or not. The worker calls <see cref="Receive"/> with the index of the
    /// socket when it is ready or has an error. Closing the socket ends that. An index can be used again.
    /// </param>
    public static HelperQueries Create(
        ushort port, int maxQueries, RelayCounters counters, Action<LinuxSocket, int> watch)
    {
#pragma warning disable CA2000 // the new object disposes of them
        var sockets = new HelperSocketTable(HelperSocketTable.OpenerFor(port), watch);
#pragma warning restore CA2000
        return new HelperQueries(sockets, maxQueries, counters, Clock.System, new RandomNumbers());
    }

    /// <summary>Asks the helper at the address of the source for the original ends of a connection.</summary>
    /// <param name="place">The place of the connection. A place has one query at a time: its answer frees it.</param>
    /// <param name="source">The router's end of the connection, IPv4.</param>
    /// <param name="destination">The accepting address and port of the connection, IPv4.</param>
    /// <returns>The reason the helper cannot be asked, or null. Then an answer follows.</returns>
    public RelayOutcome? Ask(int place, TransportEndPoint source, TransportEndPoint destination)
    {
        if (_queries.Count >= maxQueries)
        {
            return RelayOutcome.TooManyQueries;
        }

        try
        {
            if (!source.TryGetIPv4(out IPv4Address router)
                || !destination.TryGetIPv4(out IPv4Address accepting)
                || sockets.Find(new HelperRoute(accepting, router)) is not { } socket)
            {
                return RelayOutcome.TooManyQueries; // each socket waits for a reply
            }

            AskedQuery query = _queries.Add(place, socket);
            (query.Source, query.Destination) = (source, destination);
            query.AskedAt = socket.UsedAt = clock.SinceBoot;
            Send(query, query.AskedAt);
            return null;
        }
        catch (LinuxException failure)
        {
            return QuerySender.IsUnreachable(failure.Errno) ? RelayOutcome.HelperUnreachable : RelayOutcome.LocalFault;
        }
    }

    /// <summary>Takes all datagrams and errors of a socket.</summary>
    /// <param name="index">The index of the socket. A closed socket has nothing.</param>
    public void Receive(int index)
    {
        while (sockets[index] is { } socket)
        {
            Errno errno = _replies.TryReceive(socket.Socket, first: 0, BatchSize, out int count);
            TimeSpan now = clock.SinceBoot; // read after the call, so that no late reply seems to be in time
            if (errno != Errno.None)
            {
                Refuse(socket, now);
            }
            else if (count == 0)
            {
                return;
            }

            for (int slot = 0; slot < count; slot++)
            {
                Take(index, _replies.Data(slot), now);
            }
        }
    }

    /// <summary>Takes a datagram that a socket has received.</summary>
    /// <param name="index">The index of the socket.</param>
    /// <param name="datagram">The datagram: any bytes.</param>
    /// <param name="now">A time after the receipt, by <see cref="Clock.SinceBoot"/>.</param>
    public void Take(int index, ReadOnlySpan<byte> datagram, TimeSpan now)
    {
        if (datagram.Length != HelperDatagram.Size
            || !_queries.TryFind(Reply.ReadCookie(datagram), out AskedQuery? query)
            || query.Socket.Index != index
            || IsOver(query, now)
            || !Reply.TryRead(datagram, query.Cookie, out Reply reply, out _))
        {
            counters.Add(RelayOutcome.IgnoredReply);
            return;
        }

        End(query, reply.IsFound
            ? new RelayAnswer(query.Place, null, reply.OriginalSource, reply.OriginalDestination, reply.Ident)
            : new RelayAnswer(query.Place, RelayOutcome.NotFound));
    }

    /// <summary>Sends queries again, and ends those that had no reply in time.</summary>
    public void Advance()
    {
        TimeSpan now = clock.SinceBoot;
        while (QueryTable.FirstDue(_queries.Sent, now) is { } query)
        {
            if (query.Sends < MaxSends && !IsOver(query, now))
            {
                Send(query, now);
            }
            else
            {
                End(query, new RelayAnswer(query.Place, RelayOutcome.NoReply));
            }
        }

        while (QueryTable.FirstDue(_queries.Refused, now) is { } query)
        {
            if (IsOver(query, now))
            {
                End(query, new RelayAnswer(query.Place, RelayOutcome.HelperUnreachable));
            }
            else
            {
                Send(query, now);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => sockets.Dispose();

    /// <summary>
    /// Returns whether a query is so old that its answer might be about a later connection with the same ends.
    /// </summary>
    private static bool IsOver(AskedQuery query, TimeSpan now) => now - query.AskedAt > _longestTime;

    private void Send(AskedQuery query, TimeSpan now)
    {
        query.Sends++;
        counters.CountQuery();
        QueryTable.Dequeue(query);
        Errno errno = _sender.TrySend(query);
        if (QuerySender.IsUnreachable(errno))
        {
            // The error may be that of an earlier query. Then this query was not sent.
            Refuse(query.Socket, now);
            errno = _sender.TrySend(query);
        }

        QueryTable.Enqueue(query, _queries.Sent, now + _replyTime);
        if (QuerySender.IsUnreachable(errno))
        {
            Refuse(query, now);
        }
    }

    /// <summary>
    /// Notes that the router has refused a query of a socket (ICMP). The error does not say which one, so all queries
    /// that were sent are affected. A reply that arrives nevertheless counts.
    /// </summary>
    private void Refuse(HelperSocket socket, TimeSpan now)
    {
        for (LinkedListNode<AskedQuery>? node = _queries.Sent.First, next; node is not null; node = next)
        {
            next = node.Next;
            if (node.Value.Socket == socket)
            {
                Refuse(node.Value, now);
            }
        }
    }

    private void Refuse(AskedQuery query, TimeSpan now)
    {
        if (query.WasRefused)
        {
            End(query, new RelayAnswer(query.Place, RelayOutcome.HelperUnreachable));
        }
        else
        {
            query.WasRefused = true; // the helper may be about to start again
            query.Sends--;
            QueryTable.Enqueue(query, _queries.Refused, now + _refusalPause);
        }
    }

    private void End(AskedQuery query, in RelayAnswer answer)
    {
        _queries.Remove(query);
        Answers.Add(answer);
    }
}
