using System.Net;
using System.Runtime.Versioning;

namespace ProxyHelper.Linux;

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
