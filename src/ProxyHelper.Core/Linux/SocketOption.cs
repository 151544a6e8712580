namespace ProxyHelper.Linux;

/// <summary>
/// Represents a socket option whose value is an int: level and number for the kernel, and the kernel's name for
/// messages.
/// </summary>
internal readonly record struct SocketOption(int Level, int Number, string Name)
{
    public const int IPLevel = 0; // IPPROTO_IP (linux/in.h)
    public const int SocketLevel = 1; // SOL_SOCKET (asm-generic/socket.h)
    public const int TcpLevel = 6; // IPPROTO_TCP (linux/in.h)
    public const int NetlinkLevel = 270; // SOL_NETLINK (linux/socket.h)

    // These numbers are also the types of control data.
    public const int PacketInfoNumber = 8; // IP_PKTINFO (linux/in.h)
    public const int TimestampNumber = 35; // SO_TIMESTAMPNS and SCM_TIMESTAMPNS (asm-generic/socket.h)
    public const int DropCountNumber = 40; // SO_RXQ_OVFL

    /// <summary>
    /// The value of <see cref="PathMtuDiscovery"/> with which a forged "fragmentation needed" has no effect.
    /// </summary>
    public const int IgnorePathMtu = 5; // IP_PMTUDISC_OMIT (linux/in.h)

    /// <summary>Gets the option that lets TCP connections that have ended (TIME_WAIT) keep no port busy.</summary>
    public static SocketOption ReuseAddress => new(SocketLevel, 2, "SO_REUSEADDR");

    /// <summary>Gets the type of the socket, such as SOCK_DGRAM.</summary>
    public static SocketOption Type => new(SocketLevel, 3, "SO_TYPE");

    /// <summary>Gets the size of the receive buffer, up to net.core.rmem_max.</summary>
    public static SocketOption ReceiveBuffer => new(SocketLevel, 8, "SO_RCVBUF");

    /// <summary>Gets the option with which the kernel finds peers that have gone without a word.</summary>
    public static SocketOption KeepAlive => new(SocketLevel, 9, "SO_KEEPALIVE");

    /// <summary>Gets the option with which urgent data stay in their place among the other data.</summary>
    public static SocketOption InlineUrgentData => new(SocketLevel, 10, "SO_OOBINLINE");

    /// <summary>Gets the option that lets several sockets share an address and port.</summary>
    public static SocketOption ReusePort => new(SocketLevel, 15, "SO_REUSEPORT");

    /// <summary>Gets whether the socket listens for connections.</summary>
    public static SocketOption AcceptsConnections => new(SocketLevel, 30, "SO_ACCEPTCONN");

    /// <summary>Gets the size of the receive buffer without a limit, which requires CAP_NET_ADMIN.</summary>
    public static SocketOption ReceiveBufferForce => new(SocketLevel, 33, "SO_RCVBUFFORCE");

    /// <summary>Gets the option that adds the time of arrival to the control data of each datagram.</summary>
    public static SocketOption Timestamp => new(SocketLevel, TimestampNumber, "SO_TIMESTAMPNS");

    /// <summary>
    /// Gets the option that adds the number of dropped datagrams to the control data of each datagram.
    /// </summary>
    public static SocketOption DropCount => new(SocketLevel, DropCountNumber, "SO_RXQ_OVFL");

    /// <summary>
    /// Gets the option with the packet filter that chooses among sockets that share an address and port.
    /// </summary>
    public static SocketOption PortSelection => new(SocketLevel, 51, "SO_ATTACH_REUSEPORT_CBPF");

    /// <summary>Gets the option with which a socket receives only from one interface, by its number.</summary>
    public static SocketOption BindToInterface => new(SocketLevel, 62, "SO_BINDTOIFINDEX");

    /// <summary>Gets the option that adds the local address to the control data of each datagram.</summary>
    public static SocketOption PacketInfo => new(IPLevel, PacketInfoNumber, "IP_PKTINFO");

    /// <summary>Gets the discovery of the path's largest packet.</summary>
    public static SocketOption PathMtuDiscovery => new(IPLevel, 10, "IP_MTU_DISCOVER");

    /// <summary>Gets the option with which an unconnected socket also receives ICMP errors.</summary>
    public static SocketOption ReceiveErrors => new(IPLevel, 11, "IP_RECVERR");

    /// <summary>Gets the option that allows an address that this host does not have yet.</summary>
    public static SocketOption FreeBind => new(IPLevel, 15, "IP_FREEBIND");

    /// <summary>Gets the option with which small segments are sent at once.</summary>
    public static SocketOption NoDelay => new(TcpLevel, 1, "TCP_NODELAY");

    /// <summary>Gets the seconds without data after which the first keepalive is sent.</summary>
    public static SocketOption KeepAliveIdle => new(TcpLevel, 4, "TCP_KEEPIDLE");

    /// <summary>Gets the seconds between two keepalives without an answer.</summary>
    public static SocketOption KeepAliveInterval => new(TcpLevel, 5, "TCP_KEEPINTVL");

    /// <summary>Gets the number of keepalives without an answer after which the connection is broken.</summary>
    public static SocketOption KeepAliveCount => new(TcpLevel, 6, "TCP_KEEPCNT");

    /// <summary>Gets the option that joins a netlink group.</summary>
    public static SocketOption AddMembership => new(NetlinkLevel, 1, "NETLINK_ADD_MEMBERSHIP");

    /// <summary>Gets the option with which errors repeat only the header of the request.</summary>
    public static SocketOption CapAcknowledgement => new(NetlinkLevel, 10, "NETLINK_CAP_ACK");

    /// <summary>Gets the option with which errors carry words, if the kernel has any.</summary>
    public static SocketOption ExtendedAcknowledgement => new(NetlinkLevel, 11, "NETLINK_EXT_ACK");
}

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

    /// <summary>Gets a stream socket between programs of this host.</summary>
    public static SocketKind UnixStream => new(UnixFamily, StreamType, 0, "Unix socket");

    /// <summary>Gets a datagram socket between programs of this host.</summary>
    public static SocketKind Unix => new(UnixFamily, DatagramType, 0, "Unix socket");

    /// <summary>Returns netlink.</summary>
    /// <param name="protocol">NETLINK_* (linux/netlink.h).</param>
    public static SocketKind Netlink(int protocol) => new(NetlinkFamily, RawType, protocol, "netlink socket");
}
