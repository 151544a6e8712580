using System.Runtime.Versioning;
using ProxyHelper.Linux;

namespace ProxyHelper.Netlink;

/// <summary>
/// Sends requests together and receives their answers, one datagram each. Sequence numbers tell the answers apart. The
/// buffers are allocated once and are used for every exchange.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class NetlinkExchange
{
    // The kernel builds the answer to one request in at most one page (NLMSG_GOODSIZE, linux/netlink.h, is at most 8
    // KiB). With one more cache line, the answers of a batch do not share one set of the processor's caches.
    private const int AnswerSize = 8192 + 64;

    private readonly MessageBatch _answers;
    private readonly Place[] _places;

    /// <summary>Allocates the buffers.</summary>
    /// <param name="capacity">The largest number of requests in an exchange.</param>
    public NetlinkExchange(int capacity)
    {
        _answers = new MessageBatch(capacity, AnswerSize, isConnected: true);
        _places = new Place[capacity];
    }

    /// <summary>Gets the largest number of requests in an exchange.</summary>
    public int Capacity => _places.Length;

    /// <summary>Sends the requests and receives their answers.</summary>
    /// <param name="socket">The socket that gave the sequence numbers.</param>
    /// <param name="requests">The messages, one after the other.</param>
    /// <param name="firstSequence">
    /// The sequence number of the first request. The next request has the next number.
    /// </param>
    /// <param name="count">The number of requests.</param>
    /// <exception cref="LinuxException">
    /// Thrown when answers were lost or cut, or belong to other requests; also as <see cref="NetlinkException"/>. The
    /// socket must not be used again.
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
                throw new NetlinkException(
                    "receive netlink answer", Errno.EBADMSG, "there are more answers than requests");
            }

            int received = socket.Receive(_answers, filled, max: count - answered);
            if (received == 0)
            {
                // The kernel answers while it takes the requests, so no more answers will arrive. If the sender has no
                // CAP_NET_ADMIN, the kernel stops at the first request.
                return;
            }

            for (int last = filled + received; filled < last; filled++)
            {
                answered += Locate(filled, firstSequence, count);
            }
        }
    }

    /// <summary>Gets the answer to a request of the last exchange.</summary>
    /// <param name="request">The place of the request in the exchange.</param>
    /// <param name="answer">The answer.</param>
    /// <returns>False when the kernel gave no answer.</returns>
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
            uint request = messages.Current.Sequence - firstSequence; // wraps around like the sequence numbers
            if (request >= (uint)count || _places[request].IsKnown)
            {
                throw new NetlinkException(
                    "receive netlink answer",
                    Errno.EBADMSG,
                    $"an answer has sequence number {messages.Current.Sequence}, which no request has");
            }

            _places[request] = new Place(IsKnown: true, slot, messages.Offset);
            located++;
        }

        return messages.IsFaulted
            ? throw new NetlinkException(
                "receive netlink answer", Errno.EBADMSG, "the length of a message does not fit its datagram")
            : located;
    }

    private readonly record struct Place(bool IsKnown, int Slot, int Offset);
}
