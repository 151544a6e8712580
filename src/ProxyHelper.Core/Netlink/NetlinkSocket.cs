using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using ProxyHelper.Linux;

namespace ProxyHelper.Netlink;

/// <summary>
/// A socket to one of the kernel's netlink families, connected to it: another process that sends to it gets ECONNREFUSED. It
/// belongs to the network namespace of the thread that opens it, and to one thread at a time. Who owns it decides when to open a
/// new one.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class NetlinkSocket : IDisposable
{
    /// <summary>NETLINK_ROUTE (linux/netlink.h): addresses and routes.</summary>
    public const int Route = 0;

    /// <summary>NETLINK_NETFILTER (linux/netlink.h): conntrack.</summary>
    public const int Netfilter = 12;

    /// <summary>Holds some thousands of answers; the system's default 256 (measured).</summary>
    public const int DefaultReceiveBuffer = 4 << 20;

    private const int AddressFamily = 16; // AF_NETLINK (linux/socket.h)
    private const int RawType = 3; // SOCK_RAW
    private const int NetlinkLevel = 270; // SOL_NETLINK
    private const int AddMembership = 1; // NETLINK_ADD_MEMBERSHIP
    private const int CapAcknowledgement = 10; // NETLINK_CAP_ACK: errors repeat the header of the request only
    private const int ExtendedAcknowledgement = 11; // NETLINK_EXT_ACK: errors carry words where the kernel has some
    private const int AddressSize = 12; // struct sockaddr_nl

    private readonly LinuxSocket _socket;
    private readonly PollSet _poll;
    private uint _sequence;

    private NetlinkSocket(LinuxSocket socket)
    {
        _socket = socket;
        _poll = new PollSet(socket);
    }

    /// <summary>The socket's descriptor.</summary>
    public SafeHandle Handle => _socket;

    /// <summary>Opens and connects a socket.</summary>
    /// <param name="protocol">The netlink family, <see cref="Netfilter"/> or <see cref="Route"/>.</param>
    /// <param name="receiveBuffer">How many bytes of unread answers the kernel keeps, its own book-keeping included.</param>
    /// <exception cref="LinuxException">The kernel has no such family, or this process may not use AF_NETLINK.</exception>
    public static NetlinkSocket Open(int protocol = Netfilter, int receiveBuffer = DefaultReceiveBuffer)
    {
        LinuxSocket socket = LinuxSocket.Open(AddressFamily, RawType, protocol, "netlink socket");
        try
        {
            Span<byte> kernel = stackalloc byte[AddressSize]; // port id 0 is the kernel; to bind, "choose one for me"
            BitConverter.TryWriteBytes(kernel, (ushort)AddressFamily);
            socket.SetOption(NetlinkLevel, CapAcknowledgement, 1, "NETLINK_CAP_ACK");
            socket.SetOption(NetlinkLevel, ExtendedAcknowledgement, 1, "NETLINK_EXT_ACK");
            socket.SetReceiveBuffer(receiveBuffer);
            socket.Bind(kernel, "netlink socket");
            socket.Connect(kernel, "netlink socket");
            return new NetlinkSocket(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Joins a group: what the kernel tells it comes to this socket, too.</summary>
    /// <exception cref="LinuxException">This process may not listen to it.</exception>
    public void Join(int group) => _socket.SetOption(NetlinkLevel, AddMembership, group, "NETLINK_ADD_MEMBERSHIP");

    /// <summary>Takes sequence numbers for requests, ascending; they are never given out again on this socket.</summary>
    /// <returns>The first of them.</returns>
    public uint TakeSequence(int count)
    {
        uint first = _sequence + 1;
        _sequence += (uint)count;
        return first;
    }

    /// <summary>Sends one or several messages to the kernel, which answers them before this returns.</summary>
    /// <exception cref="LinuxException">They were not taken whole.</exception>
    public void Send(ReadOnlySpan<byte> messages) => _socket.Send(messages, "netlink request");

    /// <summary>Receives the answers that are there, without waiting, into the slots from <paramref name="first"/> on.</summary>
    /// <param name="answers">The slots.</param>
    /// <param name="first">The first slot to fill.</param>
    /// <param name="most">How many at most.</param>
    /// <returns>How many datagrams came.</returns>
    /// <exception cref="NetlinkException">One is cut.</exception>
    /// <exception cref="LinuxException">The kernel lost answers (ENOBUFS), or the socket is broken.</exception>
    public int Receive(MessageBatch answers, int first, int most)
    {
        int count = answers.Receive(_socket, first, most, "netlink answer");
        for (int slot = first; slot < first + count; slot++)
        {
            if (answers.IsTruncated(slot))
            {
                throw new NetlinkException("receive netlink answer", Errno.EMSGSIZE, "the answer is longer than its buffer");
            }
        }

        return count;
    }

    /// <summary>Waits until there is an answer to receive.</summary>
    /// <param name="milliseconds">How long at most.</param>
    /// <returns>Whether there is one.</returns>
    public bool Wait(int milliseconds) => _poll.Wait(milliseconds);

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}
