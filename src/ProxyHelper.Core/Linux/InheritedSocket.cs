using System.Buffers.Binary;
using System.Net;
using System.Runtime.Versioning;

namespace ProxyHelper.Linux;

/// <summary>A socket that this process was given. It is bound already, and somebody else keeps it open when the process ends.</summary>
/// <param name="Socket">The socket.</param>
/// <param name="EndPoint">Its address and port.</param>
/// <param name="IsListener">Whether it takes TCP connections; else it is of UDP.</param>
[SupportedOSPlatform("linux")]
internal sealed record InheritedSocket(LinuxSocket Socket, IPEndPoint EndPoint, bool IsListener)
{
    private const int IPv4Family = 2; // AF_INET
    private const int SocketType = 3, AcceptsConnections = 30; // SO_TYPE, SO_ACCEPTCONN (asm-generic/socket.h)
    private const int StreamType = 1, DatagramType = 2; // SOCK_STREAM, SOCK_DGRAM

    /// <summary>Takes it over.</summary>
    /// <param name="descriptor">The descriptor's number.</param>
    /// <exception cref="LinuxException">It is no socket of those kinds, or not of IPv4.</exception>
    public static InheritedSocket Adopt(int descriptor)
    {
#pragma warning disable CA2000 // whoever serves it disposes of it
        LinuxSocket socket = LinuxSocket.Adopt(descriptor);
#pragma warning restore CA2000
        try
        {
            Span<byte> address = stackalloc byte[LinuxSocket.AddressSize]; // struct sockaddr_in
            socket.ReadLocalAddress(address);
            var endPoint = new IPEndPoint(new IPAddress(address.Slice(4, 4)), BinaryPrimitives.ReadUInt16BigEndian(address[2..]));
            int type = socket.ReadOption(DatagramControl.SocketLevel, SocketType, "SO_TYPE");
            bool isListener = type == StreamType && socket.ReadOption(DatagramControl.SocketLevel, AcceptsConnections, "SO_ACCEPTCONN") == 1;
            return BitConverter.ToUInt16(address) == IPv4Family && endPoint.Port != 0 && (type == DatagramType || isListener)
                ? new InheritedSocket(socket, endPoint, isListener)
                : throw new LinuxException($"use descriptor {descriptor}", Errno.EINVAL, "it is neither a bound UDP socket of IPv4 nor a TCP one that listens");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
