using System.Runtime.Versioning;
using ProxyHelper.Linux;

namespace ProxyHelper.Netlink;

/// <summary>
/// A socket to the kernel's netfilter (NETLINK_NETFILTER), connected to it, so that nobody else is heard. It belongs to the
/// network namespace of the thread that opens it, and to one thread at a time. Who owns it decides when to open a new one.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class NetlinkSocket : IDisposable
{
    private const int AddressFamily = 16; // AF_NETLINK (linux/socket.h)
    private const int RawType = 3; // SOCK_RAW
    private const int Netfilter = 12; // NETLINK_NETFILTER (linux/netlink.h)
    private const int NetlinkLevel = 270; // SOL_NETLINK
    private const int CapAcknowledgement = 10; // NETLINK_CAP_ACK: errors repeat the header of the request only
    private const int ExtendedAcknowledgement = 11; // NETLINK_EXT_ACK: errors carry words where the kernel has some
    private const int AddressSize = 12; // struct sockaddr_nl

    // The default buffer holds 256 unread answers (measured); this one some thousands.
    private const int ReceiveBufferSize = 4 << 20;

    private readonly LinuxSocket _socket;
    private readonly PollSet _poll;
    private uint _sequence;

    private NetlinkSocket(LinuxSocket socket)
    {
        _socket = socket;
        _poll = new PollSet(socket);
    }

    /// <summary>Opens and connects a socket.</summary>
    /// <exception cref="LinuxException">The kernel has no nfnetlink, or this process may not use AF_NETLINK.</exception>
    public static NetlinkSocket Open()
    {
        LinuxSocket socket = LinuxSocket.Open(AddressFamily, RawType, Netfilter, "netlink socket");
        try
        {
            Span<byte> kernel = stackalloc byte[AddressSize]; // port id 0 is the kernel; to bind, "choose one for me"
            BitConverter.TryWriteBytes(kernel, (ushort)AddressFamily);
            socket.SetOption(NetlinkLevel, CapAcknowledgement, 1, "NETLINK_CAP_ACK");
            socket.SetOption(NetlinkLevel, ExtendedAcknowledgement, 1, "NETLINK_EXT_ACK");
            socket.SetReceiveBuffer(ReceiveBufferSize);
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
    /// <returns>How many datagrams came.</returns>
    /// <exception cref="NetlinkException">One is cut, or not from the kernel.</exception>
    /// <exception cref="LinuxException">The kernel lost answers (ENOBUFS), or the socket is broken.</exception>
    public int Receive(MessageBatch answers, int first)
    {
        int count = answers.Receive(_socket, first, "netlink answer");
        for (int slot = first; slot < first + count; slot++)
        {
            Validate(answers, slot);
        }

        return count;
    }

    /// <summary>Waits until there is an answer to receive.</summary>
    /// <param name="milliseconds">How long at most.</param>
    /// <returns>Whether there is one.</returns>
    public bool Wait(int milliseconds) => _poll.Wait(milliseconds);

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private static void Validate(MessageBatch answers, int slot)
    {
        if (answers.IsTruncated(slot))
        {
            throw new NetlinkException("receive netlink answer", Errno.EMSGSIZE, "the answer is longer than its buffer");
        }

        ReadOnlySpan<byte> sender = answers.Address(slot);
        uint port = sender.Length < AddressSize ? uint.MaxValue : BitConverter.ToUInt32(sender[4..]);
        if (port != 0)
        {
            throw new NetlinkException("receive netlink answer", Errno.EBADMSG, $"it came from netlink port {port}, not from the kernel");
        }
    }
}
