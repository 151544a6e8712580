using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;
using ProxyHelper.Protocol;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Server.Portable;

/// <summary>
/// Answers queries over UDP with the sockets of .NET. One thread receives queries, begins their look-ups and sends the
/// replies. The thread never waits for a resolver.
/// </summary>
internal sealed class PortableUdpServer : QueryServer
{
    private const int StopPlace = 0, WakePlace = 1, SocketsPlace = 2;

    // The number of datagrams that are taken from a socket before the others are served.
    private const int MaxPerRound = 64;

    // More than any datagram has, because some systems report a longer datagram as an error.
    private const int LongestDatagram = 1 << 16;

    private static readonly TimeSpan _longestIdleTime = TimeSpan.FromMilliseconds(100);

    private readonly byte[] _buffer = new byte[LongestDatagram];
    private readonly SocketSelector _selector = new();
    private readonly PortableSockets _sockets;
    private readonly PortableWake _wake;
    private readonly PortableReplies _replies;

    /// <summary>Creates a server. It disposes of the addresses and the signal.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="context">What the server gets from its responder.</param>
    /// <param name="rules">The rules of the responder.</param>
    /// <exception cref="BindException">Thrown when an address and port cannot be bound.</exception>
    /// <exception cref="LinuxException">Thrown when a socket could not be opened.</exception>
    public PortableUdpServer(ListenOptions options, PortableContext context, RuleSet rules)
        : base(context.Local, rules, context.Telemetry, context.Clock)
    {
        _wake = context.Wake;
        _replies = new PortableReplies(context.Tickets, context.Telemetry, context.Clock);
        _selector.Add(context.Stop.Handle, StopPlace);
        _selector.Add(_wake.Handle, WakePlace);
        _sockets = PortableSockets.Open(options, context.Local, _selector, SocketsPlace, Clock.SinceBoot);
    }

    /// <inheritdoc/>
    public override void Run()
    {
        bool isStopped = false;
        while (!isStopped)
        {
            Wait(LimitIdleTime());
            BeginRound();
            isStopped = _selector.IsReady(StopPlace);
            foreach ((PortableSocket socket, int place) in _sockets.All)
            {
                if (_selector.IsReady(place))
                {
                    Serve(socket);
                }
            }

            _replies.AnswerDone(Rules);
            _sockets.Follow(Clock.SinceBoot);
        }

        Drain();
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _replies.AbandonAll();
        _sockets.Dispose();
        _wake.Dispose();
        base.Dispose();
    }

    /// <summary>
    /// Returns the longest time to wait. The shorter an idle time is, the better the age of the next query is known.
    /// </summary>
    private TimeSpan LimitIdleTime()
    {
        TimeSpan part = Rules.Admission.LongestWait / 8;
        return _replies.LimitWait(part < _longestIdleTime ? part : _longestIdleTime, Rules.Admission);
    }

    /// <summary>Waits, and notes which queues were empty.</summary>
    private void Wait(TimeSpan limit)
    {
        TimeSpan began = Clock.SinceBoot; // read before, so that a query is never taken for a younger one
        _selector.Wait(limit);
        foreach ((PortableSocket socket, int place) in _sockets.All)
        {
            socket.EmptyAt = _selector.IsReady(place) ? socket.EmptyAt : began;
        }

        if (_selector.IsReady(WakePlace))
        {
            _wake.Reset(); // before the tickets are looked at, so that a later one wakes the server again
        }
    }

    /// <summary>Takes the datagrams of a socket, up to a limit.</summary>
    /// <returns>Whether more datagrams may wait.</returns>
    private bool Serve(PortableSocket socket)
    {
        for (int count = 0; count < MaxPerRound; count++)
        {
            TimeSpan asked = Clock.SinceBoot;
            if (!socket.HasDatagram())
            {
                socket.EmptyAt = asked;
                return false;
            }

            try
            {
                int length = socket.Receive(_buffer, out IPEndPoint from, out bool isBroadcast);
                if (length >= 0)
                {
                    Admit(socket, _buffer.AsSpan(0, length), from, isBroadcast);
                }
            }
            catch (LinuxException)
            {
                // Such as a network that is down. The call has cleared the error, and datagrams may wait behind it.
                Telemetry.Counters.Add(Outcome.ReceiveError);
            }
        }

        return true;
    }

    /// <summary>Reads a datagram, and begins the look-up if the query is admitted.</summary>
    private void Admit(PortableSocket socket, ReadOnlySpan<byte> datagram, IPEndPoint from, bool isBroadcast)
    {
        var sender = IPv4Address.FromIPAddress(from.Address);
        if (isBroadcast)
        {
            Telemetry.Refuse(Outcome.Broadcast, sender);
            return;
        }

        ServerRules rules = Rules;
        TimeSpan now = Clock.SinceBoot;
        rules.Admission.BeginBatch(now);
        Outcome? refusal = rules.Admission.FindRefusal(datagram, sender, now - socket.EmptyAt, out Query query);
        if (refusal is { } reason)
        {
            Telemetry.Refuse(reason, sender);
            return;
        }

        _replies.Add(new PortableQuery(datagram.ToArray(), from, socket, socket.EmptyAt, now), query, rules);
    }

    /// <summary>Answers what was received before the stop.</summary>
    private void Drain()
    {
        TimeSpan began = Clock.SinceBoot, left = StopGrace;
        bool mayHaveMore = true;
        while (mayHaveMore && Clock.SinceBoot - began < StopGrace)
        {
            mayHaveMore = false;
            foreach ((PortableSocket socket, _) in _sockets.All)
            {
                mayHaveMore |= Serve(socket);
            }
        }

        _selector.Remove(StopPlace);
        foreach ((_, int place) in _sockets.All)
        {
            _selector.Remove(place);
        }

        while (_replies.HasWaiting && left > TimeSpan.Zero)
        {
            Wait(_replies.LimitWait(left, Rules.Admission));
            _replies.AnswerDone(Rules);
            left = StopGrace - (Clock.SinceBoot - began);
        }

        _replies.AnswerDone(Rules, isLast: true);
    }
}
