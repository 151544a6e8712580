using System.Runtime.Versioning;
using ProxyHelper.Linux;

namespace ProxyHelper.Netlink;

/// <summary>
/// Reads the kernel's answer to a request for a list: messages in several datagrams, up to an end message. An
/// incomplete list ends with an exception. The buffer is allocated once and is used for every list.
/// </summary>
/// <param name="request">The request in messages, such as "list the conntrack table".</param>
/// <param name="patience">
/// The time to wait for a datagram, in milliseconds. The kernel makes the next datagram while one is read, so the
/// reader never waits while the kernel works correctly.
/// </param>
[SupportedOSPlatform("linux")]
internal sealed class NetlinkDump(string request, int patience)
{
    // The kernel fills at most 32 KiB of a datagram, and only after an earlier call had such a buffer
    // (netlink_recvmsg).
    private const int DatagramSize = 32 << 10;

    private readonly MessageBatch _datagram = new(slots: 1, DatagramSize, isConnected: true);
    private NetlinkSocket? _socket;
    private uint _sequence;
    private int _current;
    private int _next;
    private int _length;

    /// <summary>Gets the current message.</summary>
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
    /// <param name="socket">The socket that gave the sequence number.</param>
    /// <param name="message">The request.</param>
    /// <param name="sequence">The sequence number of the request.</param>
    /// <exception cref="LinuxException">Thrown when the kernel did not take the request.</exception>
    public void Begin(NetlinkSocket socket, ReadOnlySpan<byte> message, uint sequence)
    {
        _socket = socket;
        _sequence = sequence;
        _next = _length = 0;
        socket.Send(message);
    }

    /// <summary>Moves to the next message.</summary>
    /// <param name="cancellationToken">Cancels the list between two datagrams.</param>
    /// <returns>False at the end of a complete list.</returns>
    /// <exception cref="NetlinkException">Thrown when the kernel refused, or the list is incomplete.</exception>
    /// <exception cref="LinuxException">Thrown when the socket failed; ENOBUFS when messages were lost.</exception>
    /// <exception cref="OperationCanceledException">Thrown when the token was canceled.</exception>
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

    /// <summary>Returns the exception for a message that cannot be read.</summary>
    public NetlinkException Malformed() => new(request, Errno.EBADMSG, "an answer is malformed");

    private void Receive()
    {
        while (_socket!.Receive(_datagram, first: 0, max: 1) == 0)
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
            throw new NetlinkException(
                request, Errno.EBADMSG, $"an answer has sequence number {message.Sequence}, which no request has");
        }

        if ((message.Flags & NetlinkMessage.DumpInterruptedFlag) != 0)
        {
            throw new NetlinkException(request, Errno.EINTR, "the list changed while it was read, so it is incomplete");
        }

        switch (message.Type)
        {
            case NetlinkMessage.OverrunType:
                throw new NetlinkException(request, Errno.ENOBUFS, "the kernel reports that a part was lost");
            case NetlinkMessage.DoneType or NetlinkMessage.ErrorType:
                NetlinkError end = NetlinkError.Read(message); // NLMSG_DONE also carries an error number
                return end.Errno == Errno.None ? true : throw new NetlinkException(request, end.Errno, end.Words);
            default:
                return false;
        }
    }
}
