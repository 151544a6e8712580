using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace ProxyHelper.TestSupport.Pair;

/// <summary>
/// Sends 500 queries per second from the proxy, in turn about each connection, and compares every reply with the truth.
/// </summary>
/// <remarks>Each query has its own cookie, so a reply belongs to one query, also after a silence.</remarks>
internal sealed class QueryStream : IDisposable
{
    private const int PerSecond = 500;
    private const int CookieOffset = 4;
    private const int FlagsOffset = 14;
    private const int NotFoundFlags = 0x0022;

    private static readonly TimeSpan _longestWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(1) / PerSecond;

    private readonly IPEndPoint _helper;
    private readonly MailTraffic _traffic;
    private readonly Socket _socket;
    private readonly List<SentQuery> _queries = [];
    private readonly ManualResetEventSlim _end = new();
    private readonly Thread _sender;
    private readonly Thread _receiver;

    /// <summary>Starts the queries.</summary>
    /// <param name="proxy">The host of the proxy.</param>
    /// <param name="helper">The address of the helper.</param>
    /// <param name="traffic">The connections, which are the truth.</param>
    public QueryStream(NetworkHost proxy, IPEndPoint helper, MailTraffic traffic)
    {
        _helper = helper;
        _traffic = traffic;
        _socket = proxy.OpenSocket(new IPEndPoint(IPAddress.Parse(PairNetwork.ProxyAddress), 0), SocketType.Dgram);
        _sender = Start(Send, "queries");
        _receiver = Start(Receive, "replies");
    }

    /// <summary>Gets the queries up to now.</summary>
    public SentQuery[] Queries
    {
        get
        {
            lock (_queries)
            {
                return [.. _queries];
            }
        }
    }

    /// <summary>
    /// Waits until each of some connections has a reply of a kind to a query that was sent after a time.
    /// </summary>
    public Task AwaitAsync(Verdict verdict, IEnumerable<MailConnection> connections, long since) => Until.HoldsAsync(
        $"the proxy got the reply '{verdict}' about each connection",
        () => Queries
            .Where(query => query.Sent >= since && query.Verdict == verdict)
            .Select(query => query.Connection)
            .ToHashSet()
            .IsSupersetOf(connections));

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Set();
        _sender.Join();
        _receiver.Join();
        _socket.Dispose();
        _end.Dispose();
    }

    private static Thread Start(Action body, string name)
    {
        var thread = new Thread(() => body()) { Name = name, IsBackground = true };
        thread.Start();
        return thread;
    }

    private static Verdict Compare(SentQuery query, ReadOnlySpan<byte> reply)
    {
        bool isRight = reply.SequenceEqual(query.Connection.RightReply(query.Datagram));
        bool isNotFound = reply.Length == QueryDatagram.Size
            && BinaryPrimitives.ReadUInt16BigEndian(reply[FlagsOffset..]) == NotFoundFlags;
        return isRight ? Verdict.Right : isNotFound ? Verdict.NotFound : Verdict.Wrong;
    }

    private void Send()
    {
        var clock = Stopwatch.StartNew();
        int next = 0;
        for (uint cookie = 0; !IsOverAt(clock, _interval * cookie); cookie++)
        {
            MailConnection[] connections = _traffic.Connections;
            next = next < connections.Length ? next : 0; // connections that have ended are not in the list
            MailConnection connection = connections[next++];
            var query = new SentQuery(connection, connection.Query(cookie), Stopwatch.GetTimestamp());
            lock (_queries)
            {
                _queries.Add(query);
            }

            try
            {
                _socket.SendTo(query.Datagram, _helper);
            }
            catch (SocketException)
            {
                // The next hop is unknown at the moment. The query stays without a reply.
            }
        }
    }

    /// <summary>Waits until the clock shows a time. Returns early, with true, if the stream has ended.</summary>
    private bool IsOverAt(Stopwatch clock, TimeSpan time)
    {
        TimeSpan ahead = time - clock.Elapsed;
        return _end.Wait(ahead > TimeSpan.Zero ? ahead : TimeSpan.Zero);
    }

    private void Receive()
    {
        byte[] buffer = new byte[256];
        var sender = new SocketAddress(AddressFamily.InterNetwork);
        SocketAddress helper = _helper.Serialize();
        while (!_end.IsSet)
        {
            if (!_socket.Poll(_longestWait, SelectMode.SelectRead))
            {
                continue;
            }

            int length = _socket.ReceiveFrom(buffer, SocketFlags.None, sender);
            long now = Stopwatch.GetTimestamp();
            uint cookie = BinaryPrimitives.ReadUInt32BigEndian(buffer.AsSpan(CookieOffset));
            lock (_queries)
            {
                SentQuery query = _queries[(int)cookie];
                query.Answered = now;
                query.Verdict = sender.Equals(helper) ? Compare(query, buffer.AsSpan(0, length)) : Verdict.Wrong;
            }
        }
    }
}
