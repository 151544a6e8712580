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
    public static LinuxSocket Listen(IPEndPoint endPoint, bool allowAbsentAddress) => Listen(
        endPoint, Backlog, socket => socket.SetOption(SocketOption.FreeBind, allowAbsentAddress ? 1 : 0));

    /// <summary>Opens a socket that listens for TCP connections.</summary>
    /// <param name="endPoint">The address and port.</param>
    /// <param name="backlog">The largest number of connections that wait to be accepted.</param>
    /// <param name="prepare">Sets the options of the socket before it is bound.</param>
    /// <exception cref="BindException">Thrown when the address and port cannot be bound.</exception>
    /// <exception cref="LinuxException">Thrown when the socket could not be opened.</exception>
    public static LinuxSocket Listen(IPEndPoint endPoint, int backlog, Action<LinuxSocket> prepare) =>
        Open(SocketKind.Tcp, endPoint, IPProtocol.Tcp, socket =>
        {
            socket.SetOption(SocketOption.ReuseAddress, 1);
            prepare(socket);
            Bind(socket, endPoint);
            socket.Listen(backlog, endPoint.ToString());
        });

    /// <summary>
    /// Tries to bind an address and port, and frees both at once. Only the loopback interface leads to the socket, and
    /// it does not listen: other hosts get the answers that they get without it.
    /// </summary>
    /// <param name="endPoint">The address and port.</param>
    /// <param name="protocol">The protocol of the port: UDP or TCP.</param>
    /// <param name="allowAbsentAddress">Whether the address may be one that this host does not have yet.</param>
    /// <exception cref="BindException">Thrown when the address and port cannot be bound.</exception>
    /// <exception cref="LinuxException">Thrown when the socket could not be opened.</exception>
    public static void TestBind(IPEndPoint endPoint, IPProtocol protocol, bool allowAbsentAddress)
    {
        const int loopback = 1; // LOOPBACK_IFINDEX (net/flow.h)
        bool isTcp = protocol == IPProtocol.Tcp;
        Open(isTcp ? SocketKind.Tcp : SocketKind.Udp, endPoint, protocol, socket =>
        {
            socket.SetOption(SocketOption.ReuseAddress, isTcp ? 1 : 0);
            socket.SetOption(SocketOption.FreeBind, allowAbsentAddress ? 1 : 0);
            socket.SetOption(SocketOption.BindToInterface, loopback);
            Bind(socket, endPoint);
        }).Dispose();
    }

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

/// <summary>The exception that is thrown when an address and port cannot be bound.</summary>
public sealed class BindException : LinuxException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="endPoint">The address and port.</param>
    /// <param name="errno">The error number: EADDRINUSE, EADDRNOTAVAIL or EACCES.</param>
    /// <param name="protocol">The protocol of the port: UDP or TCP.</param>
    public BindException(IPEndPoint endPoint, Errno errno, IPProtocol protocol)
        : base(protocol == IPProtocol.Tcp ? $"bind {endPoint} (TCP)" : $"bind {endPoint}", errno)
    {
        EndPoint = endPoint;
        Protocol = protocol;
    }

    /// <summary>Gets the address and port.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Gets the protocol of the port: UDP or TCP.</summary>
    public IPProtocol Protocol { get; }

    /// <summary>
    /// Turns a failure into this exception, if its error number says that the address and port cannot be bound.
    /// </summary>
    internal static LinuxException From(LinuxException failure, IPEndPoint endPoint, IPProtocol protocol) =>
        failure.Errno is Errno.EADDRINUSE or Errno.EADDRNOTAVAIL or Errno.EACCES
            ? new BindException(endPoint, failure.Errno, protocol)
            : failure;
}

/// <summary>
/// Represents a bound socket that the process inherited. Another process keeps the socket open when this process ends.
/// </summary>
/// <param name="Socket">The socket.</param>
/// <param name="EndPoint">The address and port of the socket.</param>
/// <param name="IsListener">Whether the socket listens for TCP connections. Otherwise it is a UDP socket.</param>
[SupportedOSPlatform("linux")]
internal sealed record InheritedSocket(LinuxSocket Socket, IPEndPoint EndPoint, bool IsListener)
{
    /// <summary>Adopts an inherited descriptor.</summary>
    /// <exception cref="LinuxException">
    /// Thrown when the descriptor is neither a bound UDP socket of IPv4 nor a TCP socket that listens.
    /// </exception>
    public static InheritedSocket Adopt(int descriptor)
    {
#pragma warning disable CA2000 // its server disposes of it
        LinuxSocket socket = LinuxSocket.Adopt(descriptor);
#pragma warning restore CA2000
        try
        {
            Span<byte> address = stackalloc byte[LinuxSocket.AddressSize];
            socket.ReadLocalAddress(address);
            IPEndPoint endPoint = IPv4SocketAddress.ReadEndPoint(address);
            int type = socket.ReadOption(SocketOption.Type);
            bool isListener = type == SocketKind.StreamType && socket.ReadOption(SocketOption.AcceptsConnections) == 1;
            bool isUsable = IPv4SocketAddress.IsIPv4(address) && endPoint.Port != 0
                && (type == SocketKind.DatagramType || isListener);
            return isUsable
                ? new InheritedSocket(socket, endPoint, isListener)
                : throw new LinuxException(
                    $"use descriptor {descriptor}",
                    Errno.EINVAL,
                    "the descriptor is neither a bound UDP socket of IPv4 nor a TCP socket that listens");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
