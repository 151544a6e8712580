using System.Buffers.Binary;
using System.Net;
using System.Runtime.Versioning;
using ProxyHelper.Addresses;

namespace ProxyHelper.Linux;

/// <summary>
/// Reads struct sockaddr_in (linux/in.h): the family, then the port and the address in network byte order.
/// </summary>
internal static class IPv4SocketAddress
{
    private const int PortOffset = 2;
    private const int AddressOffset = 4;

    /// <summary>Returns a value indicating whether the family is IPv4.</summary>
    public static bool IsIPv4(ReadOnlySpan<byte> socketAddress) =>
        BitConverter.ToUInt16(socketAddress) == SocketKind.IPv4Family;

    /// <summary>Reads the address.</summary>
    public static IPv4Address ReadAddress(ReadOnlySpan<byte> socketAddress) =>
        IPv4Address.FromBytes(socketAddress.Slice(AddressOffset, IPv4Address.Size));

    /// <summary>Returns the address that a socket is bound to, or that its client connected to.</summary>
    /// <exception cref="LinuxException">Thrown when the kernel refused.</exception>
    [SupportedOSPlatform("linux")]
    public static IPv4Address ReadLocalAddress(LinuxSocket socket)
    {
        Span<byte> address = stackalloc byte[LinuxSocket.AddressSize];
        socket.ReadLocalAddress(address);
        return ReadAddress(address);
    }

    /// <summary>Reads the address and the port.</summary>
    public static IPEndPoint ReadEndPoint(ReadOnlySpan<byte> socketAddress) => new(
        ReadAddress(socketAddress).ToIPAddress(), BinaryPrimitives.ReadUInt16BigEndian(socketAddress[PortOffset..]));
}
