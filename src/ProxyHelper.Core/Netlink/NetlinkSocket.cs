using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using ProxyHelper.Linux;

namespace ProxyHelper.Netlink;

/// <summary>
/// Opens a netlink socket: <see cref="NetlinkSocket.Open"/>, or a method of a test that takes the kernel's place.
/// </summary>
/// <param name="protocol">The netlink family, <see cref="NetlinkSocket.Netfilter"/> or Route.</param>
/// <param name="receiveBuffer">The size of the buffer for unread answers in bytes.</param>
/// <exception cref="LinuxException">Thrown when the socket could not be opened.</exception>
internal delegate NetlinkSocket NetlinkOpener(int protocol, int receiveBuffer);

/// <summary>
/// Represents a socket that is connected to a netlink family of the kernel. Another process that sends to the
/// socket gets ECONNREFUSED. The socket belongs to the network namespace of the thread that opens it, and to one thread
/// at a time. Its owner decides when to open a new one.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class NetlinkSocket : IDisposable
{
    /// <summary>NETLINK_ROUTE (linux/netlink.h): addresses and routes.</summary>
    public const int Route = 0;

    /// <summary>NETLINK_NETFILTER (linux/netlink.h): conntrack.</summary>
    public const int Netfilter = 12;

    /// <summary>Room for some thousands of answers. The system's default has room for 256 (measured).</summary>
    public const int DefaultReceiveBuffer = 4 << 20;

    private const int MaxDiscarded = 4096; // events, so that a flood of events does not hold the thread
    private const int AddressSize = 12; // struct sockaddr_nl (linux/netlink.h)

    private readonly LinuxSocket _socket;
    private readonly PollSet _poll;
    private uint _sequence;

    /// <summary>Makes a socket of a connected one.</summary>
    internal NetlinkSocket(LinuxSocket socket)
    {
        _socket = socket;
        _poll = new PollSet(socket);
    }

    /// <summary>
    /// Gets the size in bytes of the buffer for unread answers. Without CAP_NET_ADMIN for the host, the kernel limits
    /// the size (net.core.rmem_max).
    /// </summary>
    public int ReceiveBuffer => _socket.ReadOption(SocketOption.ReceiveBuffer) / 2; // the kernel doubles the size

    /// <summary>Gets the descriptor of the socket.</summary>
    public SafeHandle Handle => _socket;

    /// <summary>Opens and connects a socket.</summary>
    /// <param name="protocol">The netlink family, <see cref="Netfilter"/> or <see cref="Route"/>.</param>
    /// <param name="receiveBuffer">
    /// The size of the buffer for unread answers in bytes, with the kernel's own data.
    /// </param>
    /// <exception cref="LinuxException">
    /// Thrown when the kernel does not have the family, or this process may not use AF_NETLINK.
    /// </exception>
    public static NetlinkSocket Open(int protocol = Netfilter, int receiveBuffer = DefaultReceiveBuffer)
    {
        LinuxSocket socket = LinuxSocket.Open(SocketKind.Netlink(protocol));
        try
        {
            // Port id 0 is the kernel; for bind, 0 lets the kernel choose.
            Span<byte> kernel = stackalloc byte[AddressSize];
            BitConverter.TryWriteBytes(kernel, (ushort)SocketKind.NetlinkFamily);
            socket.SetOption(SocketOption.CapAcknowledgement, 1);
            socket.SetOption(SocketOption.ExtendedAcknowledgement, 1);
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

    /// <summary>Joins a group. The socket then receives the events of the group.</summary>
    /// <exception cref="LinuxException">Thrown when this process may not receive the events.</exception>
    public void Join(int group) => _socket.SetOption(SocketOption.AddMembership, group);

    /// <summary>Reserves ascending sequence numbers for requests.</summary>
    /// <returns>The first number.</returns>
    public uint TakeSequence(int count)
    {
        uint first = _sequence + 1;
        _sequence += (uint)count;
        return first;
    }

    /// <summary>Sends messages to the kernel, which answers them before the call returns.</summary>
    /// <exception cref="LinuxException">Thrown when the kernel did not take all messages.</exception>
    public void Send(ReadOnlySpan<byte> messages) => _socket.Send(messages, "netlink request");

    /// <summary>Receives the answers that have arrived, without waiting.</summary>
    /// <param name="answers">The slots for the answers.</param>
    /// <param name="first">The first slot.</param>
    /// <param name="max">The largest number of answers.</param>
    /// <returns>The number of datagrams.</returns>
    /// <exception cref="NetlinkException">Thrown when an answer is cut.</exception>
    /// <exception cref="LinuxException">
    /// Thrown when the kernel lost answers (ENOBUFS), or the socket failed.
    /// </exception>
    public int Receive(MessageBatch answers, int first, int max)
    {
        int count = answers.Receive(_socket, first, max, "netlink answer");
        for (int slot = first; slot < first + count; slot++)
        {
            if (answers.IsTruncated(slot))
            {
                throw new NetlinkException(
                    "receive netlink answer", Errno.EMSGSIZE, "the answer is longer than its buffer");
            }
        }

        return count;
    }

    /// <summary>Discards the events that have arrived, up to some thousands.</summary>
    public void Discard()
    {
        Span<byte> part = stackalloc byte[1];
        for (int left = MaxDiscarded; left > 0; left--)
        {
            try
            {
                if (!_socket.TryReceive(part, out _))
                {
                    return;
                }
            }
            catch (LinuxException)
            {
                // ENOBUFS: the kernel has lost events. The call has cleared the error.
            }
        }
    }

    /// <summary>Waits for an answer.</summary>
    /// <param name="milliseconds">The longest time to wait.</param>
    /// <returns>False when the time ended first.</returns>
    public bool Wait(int milliseconds) => _poll.Wait(milliseconds);

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}
