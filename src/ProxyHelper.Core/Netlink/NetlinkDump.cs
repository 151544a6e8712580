using System.Runtime.Versioning;
using ProxyHelper.Linux;

namespace ProxyHelper.Netlink;

/// <summary>
/// What the kernel answers to a request for many things: messages over several datagrams, to an end that it marks. A dump that is
/// not whole ends with an exception. Its buffer is made once and used for every dump.
/// </summary>
/// <param name="request">What is asked for, for messages, such as "list the conntrack table".</param>
/// <param name="patience">
/// How many milliseconds to wait for a datagram. The kernel makes the next one while one is read, so that none is waited for unless
/// something is wrong with it.
/// </param>
[SupportedOSPlatform("linux")]
internal sealed class NetlinkDump(string request, int patience)
{
    // The kernel fills at most 32 KiB a datagram, and as much only when it was offered that before (netlink_recvmsg).
    private const int DatagramSize = 32 << 10;

    private readonly MessageBatch _datagram = new(slots: 1, DatagramSize, isConnected: true);
    private NetlinkSocket? _socket;
    private uint _sequence;
    private int _current;
    private int _next;
    private int _length;

    /// <summary>The message that <see cref="MoveNext"/> came to.</summary>
    public NetlinkMessage Current
    {
        get
        {
            var messages = new NetlinkMessageReader(_datagram.Data(0), _current);
            messages.MoveNext();
            return messages.Current;
        }
    }

    /// <summary>Sends the request.</summary>
    /// <param name="socket">The socket whose sequence number the request carries.</param>
    /// <param name="message">The request.</param>
    /// <param name="sequence">Its sequence number.</param>
    /// <exception cref="LinuxException">It was not taken.</exception>
    public void Begin(NetlinkSocket socket, ReadOnlySpan<byte> message, uint sequence)
    {
        _socket = socket;
        _sequence = sequence;
        _next = _length = 0;
        socket.Send(message);
    }

    /// <summary>Goes to the next message.</summary>
    /// <param name="cancellationToken">Ends the dump early, between two datagrams.</param>
    /// <returns>False at the end of a dump that was whole.</returns>
    /// <exception cref="NetlinkException">The kernel refused, or the dump is not whole.</exception>
    /// <exception cref="LinuxException">The socket failed; ENOBUFS when messages were lost.</exception>
    /// <exception cref="OperationCanceledException">It was ended early.</exception>
    public bool MoveNext(CancellationToken cancellationToken = default)
    {
        while (_next >= _length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Receive();
        }

        var messages = new NetlinkMessageReader(_datagram.Data(0), _next);
        if (!messages.MoveNext())
        {
            throw Malformed();
        }

        _current = _next;
        _next = messages.NextOffset;
        return !IsEnd(messages.Current);
    }

    /// <summary>What to throw when a message makes no sense.</summary>
    public NetlinkException Malformed() => new(request, Errno.EBADMSG, "an answer is malformed");

    private void Receive()
    {
        while (_socket!.Receive(_datagram, first: 0, most: 1) == 0)
        {
            if (!_socket.Wait(patience))
            {
                throw new NetlinkException(request, Errno.ETIMEDOUT, "the kernel stopped answering");
            }
        }

        _next = 0;
        _length = _datagram.Data(0).Length;
    }

    private bool IsEnd(in NetlinkMessage message)
    {
        if (message.Sequence != _sequence)
        {
            throw new NetlinkException(request, Errno.EBADMSG, $"an answer has sequence number {message.Sequence}, which was not asked");
        }

        if ((message.Flags & NetlinkMessage.DumpInterruptedFlag) != 0)
        {
            throw new NetlinkException(request, Errno.EINTR, "what was listed changed so that the list is not whole");
        }

        switch (message.Type)
        {
            case NetlinkMessage.OverrunType:
                throw new NetlinkException(request, Errno.ENOBUFS, "the kernel says that a part was lost");
            case NetlinkMessage.DoneType or NetlinkMessage.ErrorType:
                NetlinkError end = NetlinkError.Read(message); // NLMSG_DONE carries an error number as NLMSG_ERROR does
                return end.Errno == Errno.None ? true : throw new NetlinkException(request, end.Errno, end.Words);
            default:
                return false;
        }
    }
}
