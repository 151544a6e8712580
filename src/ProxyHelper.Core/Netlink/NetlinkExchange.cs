using System.Runtime.Versioning;
using ProxyHelper.Linux;

namespace ProxyHelper.Netlink;

/// <summary>
/// Requests sent together, each answered by one datagram, and their answers, told apart by sequence number. Its buffers are made
/// once and used for every exchange.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class NetlinkExchange
{
    // An answer to a single request is built in one page at most (NLMSG_GOODSIZE, linux/netlink.h, is 8 KiB at most).
    // One cache line more keeps the answers of a batch out of one and the same set of the processor's caches.
    private const int AnswerSize = 8192 + 64;

    private readonly MessageBatch _answers;
    private readonly Place[] _places;

    /// <summary>Makes the buffers.</summary>
    /// <param name="capacity">How many requests go together at most.</param>
    public NetlinkExchange(int capacity)
    {
        _answers = new MessageBatch(capacity, AnswerSize, isConnected: true);
        _places = new Place[capacity];
    }

    /// <summary>How many requests go together at most.</summary>
    public int Capacity => _places.Length;

    /// <summary>Sends the requests and collects their answers.</summary>
    /// <param name="socket">The socket whose sequence numbers the requests carry.</param>
    /// <param name="requests">The messages, one after the other.</param>
    /// <param name="firstSequence">The sequence number of the first; the others follow by ones.</param>
    /// <param name="count">How many there are.</param>
    /// <exception cref="LinuxException">
    /// Answers were lost, cut, or not to these requests: the socket is not to be used again. Also <see cref="NetlinkException"/>.
    /// </exception>
    public void Run(NetlinkSocket socket, ReadOnlySpan<byte> requests, uint firstSequence, int count)
    {
        Array.Clear(_places, 0, count);
        socket.Send(requests);
        int filled = 0, answered = 0;
        while (answered < count)
        {
            if (filled == _answers.Slots)
            {
                throw new NetlinkException("receive netlink answer", Errno.EBADMSG, "there are more answers than requests");
            }

            int came = socket.Receive(_answers, filled, most: count - answered);
            if (came == 0)
            {
                // The kernel answers while it takes the requests: what is not there now will not come. It stops at the first
                // request of a sender without CAP_NET_ADMIN.
                return;
            }

            for (int last = filled + came; filled < last; filled++)
            {
                answered += Locate(filled, firstSequence, count);
            }
        }
    }

    /// <summary>The answer to a request of the last exchange.</summary>
    /// <param name="request">The request's place among those sent.</param>
    /// <param name="answer">The answer.</param>
    /// <returns>False when the kernel gave none.</returns>
    public bool TryGetAnswer(int request, out NetlinkMessage answer)
    {
        answer = default;
        Place place = _places[request];
        if (!place.IsKnown)
        {
            return false;
        }

        var messages = new NetlinkMessageReader(_answers.Data(place.Slot), place.Offset);
        bool found = messages.MoveNext();
        answer = messages.Current;
        return found;
    }

    private int Locate(int slot, uint firstSequence, int count)
    {
        int located = 0;
        var messages = new NetlinkMessageReader(_answers.Data(slot));
        while (messages.MoveNext())
        {
            uint request = messages.Current.Sequence - firstSequence; // wraps around as the sequence numbers do
            if (request >= (uint)count || _places[request].IsKnown)
            {
                throw new NetlinkException("receive netlink answer", Errno.EBADMSG, $"an answer has sequence number {messages.Current.Sequence}, which was not asked");
            }

            _places[request] = new Place(IsKnown: true, slot, messages.Offset);
            located++;
        }

        return messages.IsFaulted
            ? throw new NetlinkException("receive netlink answer", Errno.EBADMSG, "a message's length does not fit its datagram")
            : located;
    }

    private readonly record struct Place(bool IsKnown, int Slot, int Offset);
}
