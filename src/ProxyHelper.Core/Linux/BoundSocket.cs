using System.Net;
using System.Runtime.Versioning;
using ProxyHelper.Addresses;

namespace ProxyHelper.Linux;

/// <summary>Opens sockets that are bound to an address and port.</summary>
[SupportedOSPlatform("linux")]
internal static class BoundSocket
{
    private const int Backlog = 128; // connections

    /// <summary>Opens a socket of UDP.</summary>
    /// <param name="endPoint">The address and port.</param>
    /// <param name="prepare">Sets the options of the socket before it is bound.</param>
    /// <exception cref="BindException">Thrown when the address and port cannot be bound.</exception>
    /// <exception cref="LinuxException">Thrown when the socket could not be opened.</exception>
    public static LinuxSocket OpenUdp(IPEndPoint endPoint, Action<LinuxSocket> prepare) =>
        Open(SocketKind.Udp, endPoint, IPProtocol.Udp, socket =>
        {
            prepare(socket);
            Bind(socket, endPoint);
        });

    /// <summary>Opens a socket that listens for TCP connections.</summary>
    /// <param name="endPoint">The address and port.</param>
    /// <param name="allowAbsentAddress">Whether the address may be one that this host does not have yet.</param>
    /// <exception cref="BindException">Thrown when the address and port cannot be bound.</exception>
    /// <exception cref="LinuxException">Thrown when the socket could not be opened.</exception>
    public static LinuxSocket Listen(IPEndPoint endPoint, bool allowAbsentAddress) =>
        Open(SocketKind.Tcp, endPoint, IPProtocol.Tcp, socket =>
        {
            socket.SetOption(SocketOption.ReuseAddress, 1);
            socket.SetOption(SocketOption.FreeBind, allowAbsentAddress ? 1 : 0);
            Bind(socket, endPoint);
            socket.Listen(Backlog, endPoint.ToString());
        });

    private static LinuxSocket Open(SocketKind kind, IPEndPoint endPoint, IPProtocol protocol, Action<LinuxSocket> bind)
    {
        LinuxSocket socket = LinuxSocket.Open(kind);
        try
        {
            bind(socket);
            return socket;
        }
        catch (LinuxException failure)
        {
            socket.Dispose();
            throw BindException.From(failure, endPoint, protocol);
        }
    }

    private static void Bind(LinuxSocket socket, IPEndPoint endPoint)
    {
        SocketAddress address = endPoint.Serialize();
        socket.Bind(address.Buffer.Span[..address.Size], endPoint.ToString());
    }
}
