namespace ProxyHelper.Linux;

/// <summary>Represents the arguments of socket(2). The name describes the socket in messages.</summary>
internal readonly record struct SocketKind(int Family, int Type, int Protocol, string Name)
{
    public const int AnyFamily = 0; // AF_UNSPEC (linux/socket.h)
    public const int UnixFamily = 1; // AF_UNIX
    public const int IPv4Family = 2; // AF_INET
    public const int IPv6Family = 10; // AF_INET6
    public const int NetlinkFamily = 16; // AF_NETLINK

    public const int StreamType = 1; // SOCK_STREAM (bits/socket_type.h)
    public const int DatagramType = 2; // SOCK_DGRAM
    public const int RawType = 3; // SOCK_RAW

    /// <summary>Gets UDP over IPv4.</summary>
    public static SocketKind Udp => new(IPv4Family, DatagramType, 0, "UDP socket");

    /// <summary>Gets TCP over IPv4.</summary>
    public static SocketKind Tcp => new(IPv4Family, StreamType, 0, "TCP socket");

    /// <summary>Gets a datagram socket between programs of this host.</summary>
    public static SocketKind Unix => new(UnixFamily, DatagramType, 0, "Unix socket");

    /// <summary>Returns netlink.</summary>
    /// <param name="protocol">NETLINK_* (linux/netlink.h).</param>
    public static SocketKind Netlink(int protocol) => new(NetlinkFamily, RawType, protocol, "netlink socket");
}
