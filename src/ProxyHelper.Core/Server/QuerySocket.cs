using System.Net;
using System.Runtime.Versioning;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;

namespace ProxyHelper.Server;

/// <summary>A UDP socket that queries come to.</summary>
[SupportedOSPlatform("linux")]
internal sealed class QuerySocket : IDisposable
{
    private const int IPv4Family = 2; // AF_INET
    private const int DatagramType = 2; // SOCK_DGRAM
    private const int SharePort = 15; // SO_REUSEPORT
    private const int MostWaiting = 100_000; // datagrams; more do not fit into a queue
    private const int FreeBind = 15; // IP_FREEBIND
    private const int PathMtuDiscovery = 10; // IP_MTU_DISCOVER
    private const int IgnorePathMtu = 5; // IP_PMTUDISC_OMIT: a forged "fragmentation needed" changes nothing

    // Some 2,500 queries; the default holds 256 (measured), fewer than can come while this thread is not running.
    private const int ReceiveBufferSize = 1 << 20;

    private uint _dropped;

    private QuerySocket(LinuxSocket socket, bool isBoundToAll)
    {
        Socket = socket;
        ReplySocket = socket;
        IsBoundToAll = isBoundToAll;
    }

    /// <summary>The socket that queries come to.</summary>
    public LinuxSocket Socket { get; }

    /// <summary>
    /// The socket that their replies leave by, with the same address and port. Sockets that share those have another for this,
    /// which nobody waits for: the kernel wakes whoever waits for a socket at each datagram that leaves it, which costs 4 % of the throughput (measured).
    /// </summary>
    public LinuxSocket ReplySocket { get; private set; }

    /// <summary>Its address and port.</summary>
    public required IPEndPoint EndPoint { get; init; }

    /// <summary>Whether it hears all of this host's addresses, so that each datagram says which one was asked.</summary>
    public bool IsBoundToAll { get; }

    /// <summary>Opens a socket that has an address and port for itself.</summary>
    /// <param name="endPoint">The address and port.</param>
    /// <param name="allowsAbsentAddress">Whether the address may be one that this host does not have yet.</param>
    /// <exception cref="BindException">The address and port cannot be listened on.</exception>
    /// <exception cref="LinuxException">No socket can be had.</exception>
    public static QuerySocket Open(IPEndPoint endPoint, bool allowsAbsentAddress = false) => Open(endPoint, allowsAbsentAddress, isShared: false);

    /// <summary>
    /// Takes over a UDP socket that this process was given. Its replies leave by it, too: no other may share its address. What waits
    /// in it is thrown away where the kernel has not noted when it came, or whom it was sent to: nobody could say whether it is late.
    /// </summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public static QuerySocket Adopt(InheritedSocket given)
    {
        LinuxSocket socket = given.Socket;
        bool isBoundToAll = given.EndPoint.Address.Equals(IPAddress.Any);
        try
        {
            bool isNoted = socket.ReadOption(DatagramControl.SocketLevel, DatagramControl.TimestampNanoseconds, "SO_TIMESTAMPNS") != 0
                && (!isBoundToAll || socket.ReadOption(DatagramControl.IPLevel, DatagramControl.PacketInfo, "IP_PKTINFO") != 0);
            Prepare(socket, isBoundToAll);
            if (!isNoted)
            {
                Empty(socket);
            }

            return new QuerySocket(socket, isBoundToAll) { EndPoint = given.EndPoint };
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Opens several sockets that share an address and port, which nobody else has.</summary>
    /// <param name="endPoint">The address and port.</param>
    /// <param name="groups">How many threads will serve them: each has a group of its own, and a socket for replies.</param>
    /// <param name="size">How many there are in a group.</param>
    /// <param name="selection">Chooses the socket for each datagram, by its place among those returned.</param>
    /// <param name="allowsAbsentAddress">Whether the address may be one that this host does not have yet.</param>
    /// <exception cref="BindException">The address and port cannot be listened on; then none is.</exception>
    /// <exception cref="LinuxException">No socket can be had.</exception>
    public static QuerySocket[] OpenShared(IPEndPoint endPoint, int groups, int size, PacketFilter selection, bool allowsAbsentAddress)
    {
        // The first is bound as if it were alone, so that it fails where another program listens; only then does it share.
        var sockets = new List<QuerySocket> { Open(endPoint, allowsAbsentAddress) };
        try
        {
            sockets[0].Socket.SetOption(DatagramControl.SocketLevel, SharePort, 1, "SO_REUSEPORT");
            while (sockets.Count < groups * size)
            {
                sockets.Add(Open(endPoint, allowsAbsentAddress, isShared: true));
            }

            sockets[0].Socket.ChooseBy(selection);
            foreach (QuerySocket[] group in sockets.Chunk(size))
            {
#pragma warning disable CA2000 // the sockets of its group dispose of it
                LinuxSocket replies = Open(endPoint, allowsAbsentAddress, isShared: true).Socket; // after the others, so it is never chosen
#pragma warning restore CA2000
                Array.ForEach(group, socket => socket.ReplySocket = replies);
            }

            return [.. sockets];
        }
        catch
        {
            sockets.ForEach(socket => socket.Dispose());
            throw;
        }
    }

    /// <summary>How many datagrams were dropped since the last call.</summary>
    /// <param name="total">The kernel's count, modulo 2^32. Datagrams that came by several processors may bear it out of order.</param>
    public uint TakeDrops(uint total)
    {
        int more = (int)(total - _dropped);
        if (more <= 0)
        {
            return 0;
        }

        _dropped = total;
        return (uint)more;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Socket.Dispose();
        ReplySocket.Dispose();
    }

    private static QuerySocket Open(IPEndPoint endPoint, bool allowsAbsentAddress, bool isShared)
    {
        bool isBoundToAll = endPoint.Address.Equals(IPAddress.Any);
        LinuxSocket socket = LinuxSocket.Open(IPv4Family, DatagramType, protocol: 0, "UDP socket");
        try
        {
            Prepare(socket, isBoundToAll);
            SetIf(socket, allowsAbsentAddress, DatagramControl.IPLevel, FreeBind, "IP_FREEBIND");
            SetIf(socket, isShared, DatagramControl.SocketLevel, SharePort, "SO_REUSEPORT");
            SocketAddress address = endPoint.Serialize();
            socket.Bind(address.Buffer.Span[..address.Size], endPoint.ToString());
            return new QuerySocket(socket, isBoundToAll) { EndPoint = endPoint };
        }
        catch (LinuxException failure)
        {
            socket.Dispose();
            throw BindException.From(failure, endPoint, IPProtocol.Udp);
        }
    }

    private static void Prepare(LinuxSocket socket, bool isBoundToAll)
    {
        socket.SetReceiveBuffer(ReceiveBufferSize);
        socket.SetOption(DatagramControl.SocketLevel, DatagramControl.TimestampNanoseconds, 1, "SO_TIMESTAMPNS");
        socket.SetOption(DatagramControl.SocketLevel, DatagramControl.QueueOverflow, 1, "SO_RXQ_OVFL");
        socket.SetOption(DatagramControl.IPLevel, PathMtuDiscovery, IgnorePathMtu, "IP_MTU_DISCOVER");
        SetIf(socket, isBoundToAll, DatagramControl.IPLevel, DatagramControl.PacketInfo, "IP_PKTINFO");
    }

    private static void Empty(LinuxSocket socket)
    {
        Span<byte> datagram = stackalloc byte[1];
        for (int count = 0; count < MostWaiting && socket.TryReceive(datagram, out _); count++)
        {
        }
    }

    private static void SetIf(LinuxSocket socket, bool isWanted, int level, int option, string what)
    {
        if (isWanted)
        {
            socket.SetOption(level, option, 1, what);
        }
    }
}
