using System.Net;
using System.Net.Sockets;
using ProxyHelper.Lifetime;
using ProxyHelper.Linux;

namespace ProxyHelper.Server.Portable;

/// <summary>
/// Represents a signal that is a UDP socket, which is connected to itself on the loopback interface. A set signal is a
/// datagram in its queue. The socket receives from no other socket.
/// </summary>
internal sealed class PortableWake : WakeSignal
{
    private static readonly byte[] _datagram = [1];

    private readonly Socket _socket;

    private PortableWake(Socket socket)
    {
        _socket = socket;
    }

    /// <summary>Gets the socket that has a datagram while the signal is set.</summary>
    public Socket Handle => _socket;

    /// <summary>Opens a signal that is not set.</summary>
    /// <exception cref="LinuxException">Thrown when the socket could not be opened.</exception>
    public static PortableWake Open()
    {
        Socket socket = SocketFailure.Open(SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            socket.Connect(socket.LocalEndPoint!);
            return new PortableWake(socket);
        }
        catch (SocketException failure)
        {
            socket.Dispose();
            throw SocketFailure.From(failure, "connect a UDP socket to itself");
        }
    }

    /// <inheritdoc/>
    public override void Set()
    {
        try
        {
            _socket.Send(_datagram);
        }
        catch (SocketException)
        {
            // The queue is full, so the signal is set.
        }
        catch (ObjectDisposedException)
        {
            // A resolver has ended after the server.
        }
    }

    /// <inheritdoc/>
    public override void Reset()
    {
        Span<byte> datagram = stackalloc byte[1];
        while (_socket.Available > 0)
        {
            _socket.Receive(datagram, SocketFlags.None, out _);
        }
    }

    /// <inheritdoc/>
    public override void Dispose() => _socket.Dispose();
}
