using System.Net;
using System.Net.Sockets;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;
using ProxyHelper.Server.Tcp;

namespace ProxyHelper.Server.Portable;

/// <summary>Represents a TCP socket of .NET.</summary>
/// <param name="socket">The socket, which does not block.</param>
internal sealed class PortableStream(Socket socket) : StreamSocket
{
    private const int Backlog = 128; // connections

    /// <summary>Gets the socket.</summary>
    public Socket Socket => socket;

    /// <summary>Gets or sets the action that runs before the socket is closed.</summary>
    public Action Closing { get; set; } = () => { };

    /// <summary>Opens a socket that listens for connections.</summary>
    /// <exception cref="BindException">Thrown when the address and port cannot be bound.</exception>
    /// <exception cref="LinuxException">Thrown when the socket could not be opened.</exception>
    public static PortableStream Listen(IPEndPoint endPoint)
    {
#pragma warning disable CA2000 // the new stream disposes of it
        Socket listener = SocketFailure.Open(SocketType.Stream, ProtocolType.Tcp);
#pragma warning restore CA2000
        try
        {
            PortableSocket.Claim(listener);
            listener.Bind(endPoint);
            listener.Listen(Backlog);
            return new PortableStream(listener);
        }
        catch (SocketException failure)
        {
            listener.Dispose();
            throw SocketFailure.FromBind(failure, endPoint, IPProtocol.Tcp);
        }
    }

    /// <inheritdoc/>
    public override StreamSocket? Accept(out IPv4Address peer)
    {
        peer = default;
        if (!socket.Poll(0, SelectMode.SelectRead))
        {
            return null;
        }

        Socket? accepted = null;
        try
        {
            accepted = socket.Accept();
            accepted.Blocking = false;
            peer = AddressOf(accepted.RemoteEndPoint);
            return new PortableStream(accepted);
        }
        catch (SocketException failure)
        {
            accepted?.Dispose();
            return failure.SocketErrorCode is SocketError.WouldBlock or SocketError.ConnectionReset or
                SocketError.ConnectionAborted or SocketError.NotConnected
                ? null // the client has gone
                : throw SocketFailure.From(failure, "accept a connection");
        }
    }

    /// <inheritdoc/>
    public override IPv4Address ReadLocalAddress() =>
        Try(() => AddressOf(socket.LocalEndPoint), "read the local address");

    /// <inheritdoc/>
    public override bool TryReceive(Span<byte> buffer, out int received)
    {
        received = socket.Receive(buffer, SocketFlags.None, out SocketError error);
        return error switch
        {
            SocketError.Success => true,
            SocketError.WouldBlock => false,
            _ => throw SocketFailure.From(new SocketException((int)error), "receive from a connection"),
        };
    }

    /// <inheritdoc/>
    public override void Send(ReadOnlySpan<byte> bytes)
    {
        int sent = socket.Send(bytes, SocketFlags.None, out SocketError error);
        if (error != SocketError.Success)
        {
            throw SocketFailure.From(new SocketException((int)error), "send a reply");
        }

        if (sent != bytes.Length)
        {
            throw new LinuxException("send a reply", Errno.EMSGSIZE);
        }
    }

    /// <inheritdoc/>
    public override void EndSending() => Try(
        () =>
        {
            socket.Shutdown(SocketShutdown.Send);
            return true;
        },
        "end sending");

    /// <inheritdoc/>
    public override void Dispose()
    {
        Closing();
        socket.Dispose();
    }

    private static IPv4Address AddressOf(EndPoint? endPoint) =>
        endPoint is IPEndPoint ip ? IPv4Address.FromIPAddress(ip.Address) : default;

    private static T Try<T>(Func<T> call, string name)
    {
        try
        {
            return call();
        }
        catch (SocketException failure)
        {
            throw SocketFailure.From(failure, name);
        }
    }
}

/// <summary>Waits for TCP sockets of .NET.</summary>
internal sealed class PortableStreamWait : StreamWait
{
    private readonly SocketSelector _selector = new();

    /// <summary>Creates the wait for two signals and for sockets that accept connections.</summary>
    public PortableStreamWait(PortableWake stop, PortableWake wake, PortableStream[] listeners)
    {
        _selector.Add(stop.Handle, StopPlace);
        _selector.Add(wake.Handle, WakePlace);
        for (int i = 0; i < listeners.Length; i++)
        {
            Add(listeners[i], FirstSocket + i);
        }
    }

    /// <inheritdoc/>
    public override int Wait(TimeSpan limit) => _selector.Wait(limit);

    /// <inheritdoc/>
    public override int Place(int index) => _selector.Place(index);

    /// <inheritdoc/>
    public override void Add(StreamSocket socket, int place)
    {
        var stream = (PortableStream)socket;
        _selector.Add(stream.Socket, place);
        stream.Closing = () => _selector.Remove(place);
    }

    /// <inheritdoc/>
    public override void Suspend(StreamSocket socket, int place) => _selector.Suspend(place);

    /// <inheritdoc/>
    public override void Resume(StreamSocket socket, int place) => _selector.Resume(place);

    /// <inheritdoc/>
    public override void IgnoreStop() => _selector.Remove(StopPlace);

    /// <inheritdoc/>
    public override void RequireOpen()
    {
        // Only this process has the sockets of .NET.
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        // The server disposes of the sockets and of the signals.
    }
}
