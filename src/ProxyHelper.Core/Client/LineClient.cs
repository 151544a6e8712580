using System.Net;
using System.Net.Sockets;
using ProxyHelper.Protocol;

namespace ProxyHelper.Client;

/// <summary>
/// Asks a helper over TCP as smtp-gated does. The client connects from the proxy's address to the translated source
/// address, sends a line, and reads to the end of the stream. The addresses of the connection belong to the query, so
/// only the proxy itself can ask. Runs on any system.
/// </summary>
public static class LineClient
{
    /// <summary>
    /// Sends the query once and waits for the reply. Silence and refusal are outcomes, not exceptions. A query over TCP
    /// has no secret.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// Thrown when an end point is not IPv4, or the helper and the source have different addresses.
    /// </exception>
    /// <exception cref="SocketException">
    /// Thrown with AddressNotAvailable when the destination's address is not an address of this host.
    /// </exception>
    /// <exception cref="OperationCanceledException">Thrown when the token was canceled.</exception>
    public static Task<HelperAnswer> AskAsync(HelperRequest request, CancellationToken cancellationToken) =>
        AskAsync(request, TimeProvider.System, cancellationToken);

    /// <summary>Asks with another clock, for tests of late replies.</summary>
    internal static async Task<HelperAnswer> AskAsync(
        HelperRequest request, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Destination.AddressFamily != AddressFamily.InterNetwork
            || !request.Helper.Address.Equals(request.Source.IPAddress))
        {
            throw new ArgumentException(
                "Over TCP, the helper must have the IPv4 address of the source.", nameof(request));
        }

        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(request.Destination.IPAddress, 0));
        var answer = new HelperAnswer
        {
            Source = request.Source,
            Destination = request.Destination,
            Helper = request.Helper,
            AskedFrom = (IPEndPoint?)socket.LocalEndPoint,
            Outcome = HelperOutcome.TimedOut,
            Sends = 1,
        };
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(request.Timeout);
        try
        {
            HelperAnswer received = await ExchangeAsync(socket, answer, time, patience.Token).ConfigureAwait(false);
            // The reply may win the race against the time limit, after this process stood still.
            return received.RoundTripTime > request.Timeout ? answer : received;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return answer;
        }
        catch (SocketException failure) when (OutcomeOf(failure.SocketErrorCode) is { } outcome)
        {
            return answer with { Outcome = outcome };
        }
    }

    private static async Task<HelperAnswer> ExchangeAsync(
        Socket socket, HelperAnswer answer, TimeProvider time, CancellationToken patience)
    {
        byte[] buffer = new byte[LineReply.MaxReadLength + 1]; // one more, so that a longer reply is recognized
        var query = new LineQuery(answer.Source.Port, answer.Destination.Port);
        int length = query.Write(buffer);
        long beganAt = time.GetTimestamp();
        await socket.ConnectAsync(answer.Helper, patience).ConfigureAwait(false);
        await socket.SendAsync(buffer.AsMemory(0, length), patience).ConfigureAwait(false);
        length = await ReadToEndAsync(socket, buffer, patience).ConfigureAwait(false);
        TimeSpan roundTripTime = time.GetElapsedTime(beganAt);
        if (length == 0)
        {
            return answer with { Outcome = HelperOutcome.Closed };
        }

        return LineReply.TryRead(buffer.AsSpan(0, length), query, out LineReply reply, out ReplyFault fault)
            ? AnswerOf(answer with { RoundTripTime = roundTripTime }, reply)
            : answer with
            {
                Outcome = HelperOutcome.InvalidReply,
                IgnoredReplies = [new IgnoredReply(answer.Helper, fault)],
            };
    }

    private static async Task<int> ReadToEndAsync(Socket socket, byte[] buffer, CancellationToken patience)
    {
        int length = 0, received;
        do
        {
            received = await socket.ReceiveAsync(buffer.AsMemory(length), patience).ConfigureAwait(false);
            length += received;
        }
        while (received > 0 && length < buffer.Length);

        return length;
    }

    private static HelperAnswer AnswerOf(HelperAnswer answer, LineReply reply) => reply.Error switch
    {
        LineError.None => answer with
        {
            Outcome = HelperOutcome.Found, OriginalDestination = reply.OriginalDestination, Ident = reply.Ident,
        },
        LineError.NoUser => answer with { Outcome = HelperOutcome.NotFound },
        _ => answer with { Outcome = HelperOutcome.Failed },
    };

    private static HelperOutcome? OutcomeOf(SocketError error) => error switch
    {
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown => HelperOutcome.Closed,
        SocketError.TimedOut => HelperOutcome.TimedOut,
        _ => HelperClient.OutcomeOf(error),
    };
}
