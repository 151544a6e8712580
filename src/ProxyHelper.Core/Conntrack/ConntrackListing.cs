using System.Collections;
using System.Runtime.Versioning;
using ProxyHelper.Linux;
using ProxyHelper.Netlink;

namespace ProxyHelper.Conntrack;

/// <summary>
/// A listing of the conntrack table, read as it is walked: memory does not grow with the table. Each walk asks anew, on a socket
/// of its own in the network namespace of the thread that starts it.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class ConntrackListing : IEnumerable<ConntrackEntry>
{
    // The kernel fills at most 32 KiB a datagram, and as much only when it was offered that before (netlink_recvmsg).
    private const int DatagramSize = 32 << 10;

    // The next datagram is made while one is read, so this passes only when something is wrong with the kernel.
    private const int AnswerMilliseconds = 5000;

    private const string Request = "list the conntrack table";

    private readonly CancellationToken _cancellationToken;

    internal ConntrackListing(CancellationToken cancellationToken)
    {
        _cancellationToken = cancellationToken;
    }

    /// <summary>Walks the table.</summary>
    /// <exception cref="NetlinkException">The kernel refused, or the listing cannot be whole: what was given so far is part of the table only.</exception>
    /// <exception cref="LinuxException">The socket failed; ENOBUFS when entries were lost.</exception>
    /// <exception cref="OperationCanceledException">It was ended early.</exception>
    public IEnumerator<ConntrackEntry> GetEnumerator()
    {
        using NetlinkSocket socket = NetlinkSocket.Open();
        var datagram = new MessageBatch(slots: 1, DatagramSize, isConnected: true);
        uint sequence = SendRequest(socket);
        while (true)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            Receive(socket, datagram);
            int offset = 0;
            while (TryReadNext(datagram, sequence, ref offset, out ConntrackEntry? entry))
            {
                if (entry is null)
                {
                    yield break;
                }

                yield return entry;
            }
        }
    }

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static uint SendRequest(NetlinkSocket socket)
    {
        uint sequence = socket.TakeSequence(1);
        Span<byte> message = stackalloc byte[ConntrackRequest.MaximumSize];
        var writer = new NetlinkWriter(message);
        ConntrackRequest.WriteDump(ref writer, sequence);
        socket.Send(message[..writer.Length]);
        return sequence;
    }

    private static void Receive(NetlinkSocket socket, MessageBatch datagram)
    {
        while (socket.Receive(datagram, first: 0) == 0)
        {
            if (!socket.Wait(AnswerMilliseconds))
            {
                throw new NetlinkException(Request, Errno.ETIMEDOUT, "the kernel stopped answering");
            }
        }
    }

    /// <summary>Reads the message at an offset: true with an entry, true with null at the end of the listing, false at the datagram's end.</summary>
    private static bool TryReadNext(MessageBatch datagram, uint sequence, ref int offset, out ConntrackEntry? entry)
    {
        entry = null;
        var messages = new NetlinkMessageReader(datagram.Data(0), offset);
        if (!messages.MoveNext())
        {
            return messages.IsFaulted ? throw Malformed() : false;
        }

        offset = messages.NextOffset;
        NetlinkMessage message = messages.Current;
        if (message.Sequence != sequence)
        {
            throw new NetlinkException(Request, Errno.EBADMSG, $"an answer has sequence number {message.Sequence}, which was not asked");
        }

        switch (message.Type)
        {
            case NetlinkMessage.DoneType or NetlinkMessage.ErrorType or NetlinkMessage.OverrunType:
                CheckEnd(message);
                return true;
            default:
                CheckWhole(message);
                return ConntrackDecoder.TryReadEntry(message.Payload, out entry) ? true : throw Malformed();
        }
    }

    private static void CheckEnd(NetlinkMessage message)
    {
        if (message.Type == NetlinkMessage.OverrunType)
        {
            throw new NetlinkException(Request, Errno.ENOBUFS, "the kernel says that entries were lost");
        }

        // NLMSG_DONE carries an error number as NLMSG_ERROR does.
        NetlinkError end = NetlinkError.Read(message);
        if (end.Errno != Errno.None)
        {
            throw new NetlinkException(Request, end.Errno, end.Words);
        }

        CheckWhole(message);
    }

    private static void CheckWhole(NetlinkMessage message)
    {
        if ((message.Flags & NetlinkMessage.DumpInterruptedFlag) != 0)
        {
            throw new NetlinkException(Request, Errno.EINTR, "the table changed so that the listing is not whole");
        }
    }

    private static NetlinkException Malformed() => new(Request, Errno.EBADMSG, "an answer is malformed");
}
