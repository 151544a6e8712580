using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ProxyHelper.Addresses;
using ProxyHelper.Relay;

namespace ProxyHelper.Diagnosis.Relay;

/// <summary>Represents what the target of a relay did with one connection of the inspection.</summary>
/// <param name="Reaction">What the target did.</param>
/// <param name="Ends">The ends in the header, as text.</param>
/// <param name="Text">The most important line of what the target sent.</param>
/// <remarks>
/// Both ends in the header are end points of this process. The destination is a socket that listens and passes nothing
/// on, so the connection that the target makes cannot come back to the relay.
/// </remarks>
internal sealed record TargetProbe(TargetReaction Reaction, string Ends = "", string Text = "")
{
    private const int MaxText = 1024;

    /// <summary>Gets the error of the connection to the target, or null if the target accepted it.</summary>
    public SocketError? Failure { get; private init; }

    /// <summary>Connects to the target, sends the header, and waits for what the target does.</summary>
    /// <param name="setup">The set-up of the relay.</param>
    /// <param name="target">The target.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    /// <exception cref="SocketException">Thrown when a socket could not be opened.</exception>
    /// <exception cref="OperationCanceledException">Thrown when the caller stopped the inspection.</exception>
    public static TargetProbe Try(RelaySetup setup, RelayTarget target, CancellationToken cancellationToken)
    {
        using Socket connection = target.EndPoint is null
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        if (Connect(connection, target, setup.Timeout, cancellationToken) is { } failure)
        {
            return new TargetProbe(TargetReaction.NotConnected) { Failure = failure };
        }

        if (setup.ProxyProtocol == ProxyProtocol.None)
        {
            return new TargetProbe(TargetReaction.NoHeader);
        }

        using Socket destination = Listen(OwnAddresses(setup, connection));
        var ends = (IPEndPoint)destination.LocalEndPoint!;
        using Socket source = Reserve(ends.Address);
        return Send(connection, Header(setup.ProxyProtocol, (IPEndPoint)source.LocalEndPoint!, ends))
            ? Watch(connection, destination, setup.Timeout, cancellationToken) with
            {
                Ends = $"{source.LocalEndPoint} and {ends}",
            }
            : new TargetProbe(TargetReaction.Closes, $"{source.LocalEndPoint} and {ends}");
    }

    private static SocketError? Connect(
        Socket connection, RelayTarget target, TimeSpan timeout, CancellationToken cancellationToken)
    {
        EndPoint endPoint = target.EndPoint ?? (EndPoint)new UnixDomainSocketEndPoint(target.Path!);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            connection.ConnectAsync(endPoint, limit.Token).AsTask().GetAwaiter().GetResult();
            return null;
        }
        catch (SocketException failure)
        {
            return failure.SocketErrorCode;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return SocketError.TimedOut;
        }
    }

    /// <summary>
    /// Returns addresses of this host that the target can reach, the best first. A target in a container cannot reach
    /// the loopback address of this host.
    /// </summary>
    private static IEnumerable<IPAddress> OwnAddresses(RelaySetup setup, Socket connection)
    {
        if (connection.LocalEndPoint is IPEndPoint local && !IPAddress.IsLoopback(local.Address))
        {
            yield return local.Address;
        }

        if (setup.FindOwnAddress() is { } own)
        {
            yield return own;
        }

        yield return IPAddress.Loopback;
    }

    private static Socket Listen(IEnumerable<IPAddress> addresses)
    {
        foreach (IPAddress address in addresses.SkipLast(1))
        {
            try
            {
                return Listen(address);
            }
            catch (SocketException)
            {
                // The host does not have the address yet.
            }
        }

        return Listen(IPAddress.Loopback);
    }

    private static Socket Listen(IPAddress address)
    {
        Socket socket = Reserve(address);
        socket.Listen();
        return socket;
    }

    /// <summary>Opens a socket on a free port, so that no other program has the port.</summary>
    private static Socket Reserve(IPAddress address)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, 0));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static byte[] Header(ProxyProtocol version, IPEndPoint source, IPEndPoint destination)
    {
        byte[] header = new byte[ProxyHeader.MaxLength];
        int length = ProxyHeader.Write(header, version, From(source), From(destination), id: 0);
        return header[..length];
    }

    private static TransportEndPoint From(IPEndPoint end) => new(end.Address, (ushort)end.Port);

    private static bool Send(Socket connection, byte[] header)
    {
        try
        {
            return connection.Send(header) == header.Length;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static TargetProbe Watch(
        Socket connection, Socket destination, TimeSpan timeout, CancellationToken cancellationToken)
    {
        const int slice = 50_000; // microseconds between two looks at the token
        var text = new StringBuilder();
        long startedAt = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(startedAt) < timeout)
        {
            cancellationToken.ThrowIfCancellationRequested();
            List<Socket> ready = [connection, destination];
            Socket.Select(ready, checkWrite: null, checkError: null, slice);
            if (ready.Contains(destination))
            {
                return new TargetProbe(TargetReaction.ConnectsToDestination);
            }

            if (ready.Contains(connection) && !Read(connection, text))
            {
                return Of(text.Length == 0 ? TargetReaction.Closes : TargetReaction.Complains, text);
            }

            if (TargetText.IsError(text.ToString()) || text.Length >= MaxText)
            {
                break;
            }
        }

        return Of(
            text.Length == 0 ? TargetReaction.Waits
            : TargetText.IsError(text.ToString()) ? TargetReaction.Complains
            : TargetReaction.Greets,
            text);
    }

    private static TargetProbe Of(TargetReaction reaction, StringBuilder text) =>
        new(reaction, Text: TargetText.Describe(text.ToString()));

    /// <summary>Reads what the target has sent.</summary>
    /// <returns>Whether the connection is still open.</returns>
    private static bool Read(Socket connection, StringBuilder text)
    {
        byte[] buffer = new byte[MaxText];
        connection.Blocking = false;
        int count = connection.Receive(buffer, 0, buffer.Length, SocketFlags.None, out SocketError error);
        text.Append(Encoding.Latin1.GetString(buffer, 0, count));
        return count > 0 || error == SocketError.WouldBlock;
    }
}
