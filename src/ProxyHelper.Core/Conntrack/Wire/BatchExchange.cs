using System.Runtime.Versioning;
using ProxyHelper.Linux;
using ProxyHelper.Netlink;

namespace ProxyHelper.Conntrack.Wire;

/// <summary>
/// Looks up several entries by their reply tuples, in zone 0. The kernel finds an entry by either direction, so an
/// entry whose original direction has the tuple can hide the one to find. Only zones for one direction make this
/// possible. Hidden entries are looked up in a second exchange, so that only a batch with such a look-up takes longer.
/// </summary>
/// <param name="exchange">The exchange with the kernel.</param>
/// <param name="requests">The buffer for the requests.</param>
[SupportedOSPlatform("linux")]
internal sealed class BatchExchange(NetlinkExchange exchange, byte[] requests)
{
    private readonly int[] _hidden = new int[exchange.Capacity]; // the places of the look-ups in the batch

    /// <summary>Looks up the entries. Allocates nothing.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="replies">The reply tuples.</param>
    /// <param name="lookups">Receives the results.</param>
    /// <returns>
    /// The error of the first look-up that failed, or None. If the socket failed, all look-ups have failed.
    /// </returns>
    public Errno Get(NetlinkSocket socket, ReadOnlySpan<ConntrackTuple> replies, Span<Lookup> lookups)
    {
        lookups = lookups[..replies.Length];
        lookups.Clear();
        var writer = new NetlinkWriter(requests);
        uint sequence = socket.TakeSequence(replies.Length);
        for (int i = 0; i < replies.Length; i++)
        {
            ConntrackRequest.WriteGet(ref writer, sequence + (uint)i, replies[i]);
        }

        Errno first = TryRun(socket, writer.Length, sequence, replies.Length);
        if (first != Errno.None)
        {
            return first;
        }

        int hidden = 0;
        for (int i = 0; i < replies.Length; i++)
        {
            Errno errno = Read(i, replies[i], out lookups[i], out bool isOther);
            first = first == Errno.None ? errno : first;
            if (isOther)
            {
                _hidden[hidden++] = i;
            }
        }

        return hidden == 0 || first != Errno.None
            ? first
            : GetHidden(socket, replies, lookups, _hidden.AsSpan(0, hidden));
    }

    private Errno GetHidden(
        NetlinkSocket socket, ReadOnlySpan<ConntrackTuple> replies, Span<Lookup> lookups, ReadOnlySpan<int> hidden)
    {
        var writer = new NetlinkWriter(requests);
        uint sequence = socket.TakeSequence(hidden.Length);
        for (int i = 0; i < hidden.Length; i++)
        {
            var key = new EntryKey(replies[hidden[i]], Zone: 0, IsReply: true) { IsForOneDirection = true };
            ConntrackRequest.WriteGet(ref writer, sequence + (uint)i, key);
        }

        Errno first = TryRun(socket, writer.Length, sequence, hidden.Length);
        if (first != Errno.None)
        {
            lookups.Clear();
            return first;
        }

        for (int i = 0; i < hidden.Length; i++)
        {
            ref Lookup lookup = ref lookups[hidden[i]];
            Errno errno = Read(i, replies[hidden[i]], out lookup, out bool isOther);
            first = first == Errno.None ? errno : first;
            lookup = isOther ? new Lookup(LookupOutcome.NotFound, default) : lookup;
        }

        return first;
    }

    /// <summary>Sends the requests. After an error, no answer is used: it may belong to an earlier request.</summary>
    private Errno TryRun(NetlinkSocket socket, int length, uint sequence, int count)
    {
        try
        {
            exchange.Run(socket, requests.AsSpan(0, length), sequence, count);
            return Errno.None;
        }
        catch (LinuxException failure)
        {
            return failure.Errno;
        }
    }

    /// <summary>Reads an answer. If the answer is another entry, the look-up has failed so far.</summary>
    private Errno Read(int request, in ConntrackTuple reply, out Lookup lookup, out bool isOther)
    {
        lookup = default;
        isOther = false;
        if (!exchange.TryGetAnswer(request, out NetlinkMessage answer))
        {
            return Errno.ETIMEDOUT;
        }

        if (answer.Type == NetlinkMessage.ErrorType)
        {
            Errno errno = NetlinkError.Read(answer).Errno;
            if (errno != Errno.ENOENT)
            {
                return errno;
            }

            lookup = new Lookup(LookupOutcome.NotFound, default);
            return Errno.None;
        }

        if (!ConntrackDecoder.TryReadTuples(
            answer.Payload, out ConntrackTuple original, out ConntrackTuple found, out ushort? replyZone))
        {
            return Errno.EBADMSG;
        }

        isOther = found != reply || (replyZone ?? 0) != 0;
        lookup = isOther ? default : new Lookup(LookupOutcome.Found, original);
        return Errno.None;
    }
}
