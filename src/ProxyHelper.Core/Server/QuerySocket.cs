using System.Net;
using System.Runtime.Versioning;
using ProxyHelper.Linux;

namespace ProxyHelper.Server;

/// <summary>Represents a UDP socket that receives queries.</summary>
[SupportedOSPlatform("linux")]
internal sealed class QuerySocket : IDisposable
{
    private const int MaxQueued = 100_000; // datagrams; a queue has no room for more

    // Room for some 2,500 queries. The default has room for 256 (measured), fewer than can arrive while the thread does
    // not run.
    private const int ReceiveBufferSize = 1 << 20;

    private uint _dropped;

    /// <summary>Makes a socket of a bound one, which also sends the replies.</summary>
    internal QuerySocket(LinuxSocket socket, bool isBoundToAll)
    {
        Socket = socket;
        ReplySocket = socket;
        IsBoundToAll = isBoundToAll;
    }

    /// <summary>Gets the socket that receives queries.</summary>
    public LinuxSocket Socket { get; }

    /// <summary>
    /// Gets the socket that sends the replies, with the same address and port. Sockets that share an address and port
    /// have a separate socket for replies. When a datagram leaves a socket, the kernel wakes the thread that waits for
    /// this socket, which costs 4 % of the throughput (measured). No thread waits for the socket for replies.
    /// </summary>
    public LinuxSocket ReplySocket { get; private set; }

    /// <summary>Gets the address and port.</summary>
    public required IPEndPoint EndPoint { get; init; }

    /// <summary>
    /// Gets whether the socket receives queries to all addresses of this host. Then each datagram says which one it was
    /// sent to.
    /// </summary>
    public bool IsBoundToAll { get; }

    /// <summary>
    /// Gets or sets whether the socket counts datagrams to broadcast and multicast addresses. One of the sockets that
    /// share an address and port does, because each gets a copy.
    /// </summary>
    public bool CountsBroadcasts { get; set; }

    /// <summary>Gets or sets whether datagrams may wait in the queue of the socket.</summary>
    public bool MayHaveMore { get; set; }

    /// <summary>Opens a socket with an address and port of its own.</summary>
    /// <param name="endPoint">The address and port.</param>
    /// <param name="allowsAbsentAddress">Whether the address may be one that this host does not have yet.</param>
    /// <exception cref="BindException">Thrown when the address and port cannot be bound.</exception>
    /// <exception cref="LinuxException">Thrown when the socket could not be opened.</exception>
    public static QuerySocket Open(IPEndPoint endPoint, bool allowsAbsentAddress = false) =>
        Open(endPoint, allowsAbsentAddress, isShared: false);

    /// <summary>
    /// Adopts an inherited UDP socket. The socket also sends the replies, because no other socket may share its
    /// address. If the kernel did not record when waiting datagrams arrived, or where they were sent to, they are
    /// discarded: their age is unknown.
    /// </summary>
    /// <exception cref="LinuxException">Thrown when the kernel refused an option.</exception>
    public static QuerySocket Adopt(InheritedSocket inherited)
    {
        LinuxSocket socket = inherited.Socket;
        bool isBoundToAll = inherited.EndPoint.Address.Equals(IPAddress.Any);
        try
        {
            bool isRecorded = socket.ReadOption(SocketOption.Timestamp) != 0
                && (!isBoundToAll || socket.ReadOption(SocketOption.PacketInfo) != 0);
            Prepare(socket, isBoundToAll);
            if (!isRecorded)
            {
                Empty(socket);
            }

            return new QuerySocket(socket, isBoundToAll) { EndPoint = inherited.EndPoint };
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Opens several sockets that share an address and port, which no other program has.</summary>
    /// <param name="endPoint">The address and port.</param>
    /// <param name="groups">
    /// The number of threads that serve the sockets. Each has a group of sockets, and a socket for replies.
    /// </param>
    /// <param name="size">The number of sockets in a group.</param>
    /// <param name="sort">
    /// Lets the kernel choose the socket for each datagram, by its place in the returned array. The argument is the
    /// first socket.
    /// </param>
    /// <param name="allowsAbsentAddress">Whether the address may be one that this host does not have yet.</param>
    /// <exception cref="BindException">
    /// Thrown when the address and port cannot be bound. No socket stays bound.
    /// </exception>
    /// <exception cref="LinuxException">Thrown when a socket could not be opened.</exception>
    public static QuerySocket[] OpenShared(
        IPEndPoint endPoint, int groups, int size, Action<LinuxSocket> sort, bool allowsAbsentAddress)
    {
        // The first socket is bound without sharing, so that it fails if another program uses the port. Only then does
        // it share.
        var sockets = new List<QuerySocket> { Open(endPoint, allowsAbsentAddress) };
        try
        {
            sockets[0].Socket.SetOption(SocketOption.ReusePort, 1);
            while (sockets.Count < groups * size)
            {
                sockets.Add(Open(endPoint, allowsAbsentAddress, isShared: true));
            }

            sort(sockets[0].Socket);
            foreach (QuerySocket[] group in sockets.Chunk(size))
            {
#pragma warning disable CA2000 // the sockets of its group dispose of it
                // Opened last, so that the kernel never chooses it for a datagram.
                LinuxSocket replies = Open(endPoint, allowsAbsentAddress, isShared: true).Socket;
#pragma warning restore CA2000
                replies.SetReceiveBuffer(0); // nobody reads the copies of broadcasts in its queue
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

    /// <summary>Returns the number of datagrams that were dropped since the last call.</summary>
    /// <param name="total">
    /// The count of the kernel, modulo 2^32. Datagrams that arrived on several processors may carry the counts out of
    /// order.
    /// </param>
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
        LinuxSocket bound = BoundSocket.OpenUdp(endPoint, socket =>
        {
            Prepare(socket, isBoundToAll);
            SetIf(socket, allowsAbsentAddress, SocketOption.FreeBind);
            SetIf(socket, isShared, SocketOption.ReusePort);
        });
        return new QuerySocket(bound, isBoundToAll) { EndPoint = endPoint };
    }

    private static void Prepare(LinuxSocket socket, bool isBoundToAll)
    {
        socket.SetReceiveBuffer(ReceiveBufferSize);
        socket.SetOption(SocketOption.Timestamp, 1);
        socket.SetOption(SocketOption.DropCount, 1);
        socket.SetOption(SocketOption.PathMtuDiscovery, SocketOption.IgnorePathMtu);
        SetIf(socket, isBoundToAll, SocketOption.PacketInfo);
    }

    private static void Empty(LinuxSocket socket)
    {
        Span<byte> datagram = stackalloc byte[1];
        for (int count = 0; count < MaxQueued && socket.TryReceive(datagram, out _); count++)
        {
        }
    }

    private static void SetIf(LinuxSocket socket, bool isWanted, SocketOption option)
    {
        if (isWanted)
        {
            socket.SetOption(option, 1);
        }
    }
}
