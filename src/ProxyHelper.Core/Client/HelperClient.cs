using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using ProxyHelper.Linux;
using ProxyHelper.Protocol;

namespace ProxyHelper.Client;

/// <summary>
/// Asks a helper over UDP as smtp-gated does: from a new socket for each query, bound to the proxy's address if that
/// address is local. Unlike smtp-gated, the client accepts only a reply that matches the query in every respect. Runs
/// on any system.
/// </summary>
public sealed class HelperClient
{
    private const int BufferSize = 128; // longer than a reply, so that a longer datagram is recognized
    private const int MaxIgnored = 16;

    private readonly HelperRequest _request;
    private readonly TimeProvider _time;
    private readonly uint _cookie = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint)));
    private readonly byte[] _buffer = new byte[BufferSize];
    private readonly List<IgnoredReply> _ignored = [];

    private HelperClient(HelperRequest request, TimeProvider time)
    {
        _request = request;
        _time = time;
    }

    /// <summary>Sends the query and waits for the reply. Silence and refusal are outcomes, not exceptions.</summary>
    /// <exception cref="ArgumentException">Thrown when an end point is not IPv4.</exception>
    /// <exception cref="OperationCanceledException">Thrown when the token was canceled.</exception>
    public static Task<HelperAnswer> AskAsync(HelperRequest request, CancellationToken cancellationToken) =>
        AskAsync(request, TimeProvider.System, cancellationToken);

    /// <summary>Asks with another clock, for tests of late replies.</summary>
    internal static async Task<HelperAnswer> AskAsync(
        HelperRequest request, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentOutOfRangeException.ThrowIfLessThan(request.Sends, 1);
        if (request.Source.AddressFamily != AddressFamily.InterNetwork
            || request.Destination.AddressFamily != AddressFamily.InterNetwork)
        {
            throw new ArgumentException("The protocol has room for IPv4 addresses only.", nameof(request));
        }

        using var socket = new Socket(request.Helper.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        return await new HelperClient(request, time).AskAsync(socket, cancellationToken).ConfigureAwait(false);
    }

    private async Task<HelperAnswer> AskAsync(Socket socket, CancellationToken cancellationToken)
    {
        Bind(socket);
        byte[] query = new byte[HelperDatagram.Size];
        new Query(_cookie, _request.Secret, _request.Source, _request.Destination).Write(query);
        HelperAnswer answer = NoAnswer() with { AskedFrom = FindLocalEndPoint(socket) };
        try
        {
            while (answer.Sends < _request.Sends
                && answer.Outcome is not (HelperOutcome.Found or HelperOutcome.NotFound))
            {
                answer = answer with { Sends = answer.Sends + 1 };
                (Reply? reply, TimeSpan roundTripTime) =
                    await ExchangeAsync(socket, query, cancellationToken).ConfigureAwait(false);
                answer = reply is { } received ? AnswerOf(answer, received, roundTripTime) : answer;
            }
        }
        catch (SocketException failure) when (OutcomeOf(failure.SocketErrorCode) is { } outcome)
        {
            answer = answer with { Outcome = outcome };
        }

        bool hasOnlyIgnored = answer.Outcome == HelperOutcome.TimedOut && _ignored.Count > 0;
        return answer with
        {
            Outcome = hasOnlyIgnored ? HelperOutcome.InvalidReply : answer.Outcome,
            IgnoredReplies = _ignored,
        };
    }

    /// <summary>
    /// Finds the local address of the queries. A socket that is bound to all addresses has none, but a socket that is
    /// connected to the helper has the address that the route gives. This runs before the first await: another thread
    /// may be in another network namespace.
    /// </summary>
    private IPEndPoint? FindLocalEndPoint(Socket socket)
    {
        if (socket.LocalEndPoint is not IPEndPoint { Address: var bound } local
            || !(bound.Equals(IPAddress.Any) || bound.Equals(IPAddress.IPv6Any)))
        {
            return socket.LocalEndPoint as IPEndPoint;
        }

        try
        {
            using var route = new Socket(socket.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            route.Connect(_request.Helper); // sends nothing
            return new IPEndPoint(((IPEndPoint)route.LocalEndPoint!).Address, local.Port);
        }
        catch (SocketException)
        {
            return null; // no route leads to the helper
        }
    }

    /// <summary>
    /// Returns the outcome that a socket error stands for, or null if the error is not about the helper.
    /// </summary>
    internal static HelperOutcome? OutcomeOf(SocketError error) => error switch
    {
        // For an ICMP "port unreachable", Linux reports ConnectionRefused and Windows reports ConnectionReset.
        SocketError.ConnectionRefused or SocketError.ConnectionReset => HelperOutcome.Refused,
        SocketError.NetworkUnreachable or SocketError.HostUnreachable or SocketError.HostDown or SocketError.NetworkDown
            or SocketError.AccessDenied or SocketError.InvalidArgument => HelperOutcome.Unreachable,
        _ => null,
    };

    private static HelperAnswer AnswerOf(HelperAnswer answer, Reply reply, TimeSpan roundTripTime) => reply.IsFound
        ? answer with
        {
            Outcome = HelperOutcome.Found,
            OriginalSource = reply.OriginalSource,
            OriginalDestination = reply.OriginalDestination,
            Ident = reply.Ident,
            RoundTripTime = roundTripTime,
        }
        : answer with { Outcome = HelperOutcome.NotFound, RoundTripTime = roundTripTime };

    private HelperAnswer NoAnswer() => new()
    {
        Source = _request.Source,
        Destination = _request.Destination,
        Helper = _request.Helper,
        Outcome = HelperOutcome.TimedOut,
    };

    private void Bind(Socket socket)
    {
        if (OperatingSystem.IsLinux() && socket.AddressFamily == AddressFamily.InterNetwork)
        {
            SocketOption option = SocketOption.ReceiveErrors;
            socket.SetRawSocketOption(option.Level, option.Number, BitConverter.GetBytes(1));
        }

        bool isIPv4 = socket.AddressFamily == AddressFamily.InterNetwork;
        try
        {
            socket.Bind(new IPEndPoint(isIPv4 ? _request.Destination.IPAddress : IPAddress.IPv6Any, 0));
        }
        catch (SocketException failure)
            when (failure.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AccessDenied)
        {
            socket.Bind(new IPEndPoint(IPAddress.Any, 0)); // this host is not the proxy
        }
    }

    /// <summary>Sends the query once and waits for the reply until the time-out of one send.</summary>
    private async Task<(Reply? Reply, TimeSpan RoundTripTime)> ExchangeAsync(
        Socket socket, byte[] query, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // Receiving starts before the send, so that the round-trip time does not include that start.
        Task<(Reply? Reply, long ReceivedAt)> receiving = ReceiveAsync(socket, patience.Token);
        long sentAt = _time.GetTimestamp();
        try
        {
            socket.SendTo(query, _request.Helper);
        }
        catch (SocketException)
        {
            await patience.CancelAsync().ConfigureAwait(false);
            await receiving.ConfigureAwait(false);
            throw;
        }

        patience.CancelAfter(_request.Timeout);
        (Reply? reply, long receivedAt) = await receiving.ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        TimeSpan roundTripTime = _time.GetElapsedTime(sentAt, receivedAt);
        // The reply may win the race against the time limit, after this process stood still.
        return (roundTripTime > _request.Timeout ? null : reply, roundTripTime);
    }

    /// <summary>Waits for the reply until the token is cancelled.</summary>
    private async Task<(Reply? Reply, long ReceivedAt)> ReceiveAsync(Socket socket, CancellationToken patience)
    {
        try
        {
            while (true)
            {
                SocketReceiveFromResult result = await socket.ReceiveFromAsync(
                    _buffer, SocketFlags.None, _request.Helper, patience).ConfigureAwait(false);
                long receivedAt = _time.GetTimestamp();
                var sender = (IPEndPoint)result.RemoteEndPoint;
                ReadOnlySpan<byte> datagram = _buffer.AsSpan(0, result.ReceivedBytes);
                bool isReply = Reply.TryRead(datagram, _cookie, out Reply reply, out ReplyFault fault);
                if (isReply && sender.Equals(_request.Helper))
                {
                    return (reply, receivedAt);
                }

                Ignore(sender, fault == ReplyFault.None ? ReplyFault.Sender : fault);
            }
        }
        catch (OperationCanceledException)
        {
            return (null, 0);
        }
    }

    private void Ignore(IPEndPoint sender, ReplyFault reason)
    {
        if (_ignored.Count < MaxIgnored)
        {
            _ignored.Add(new IgnoredReply(sender, reason));
        }
    }
}
