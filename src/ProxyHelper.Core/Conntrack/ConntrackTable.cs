using System.Runtime.Versioning;
using ProxyHelper.Conntrack.Wire;
using ProxyHelper.Linux;
using ProxyHelper.Netlink;

namespace ProxyHelper.Conntrack;

/// <summary>
/// The kernel's conntrack table, in the network namespace of the thread that opened it. It belongs to one thread at a time; its
/// buffers are made once.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class ConntrackTable : IDisposable
{
    /// <summary>
    /// How many look-ups go to the kernel together at most: a quarter of the answers that a netlink socket's default receive
    /// buffer holds (measured: 256), so that none is lost where a larger buffer is refused.
    /// </summary>
    public const int MaximumLookups = 64;

    private const string LookupRequest = "look up a conntrack entry";
    private const string RemovalRequest = "remove a conntrack entry";
    private const string StatisticsRequest = "ask how full the conntrack table is";

    private readonly NetlinkExchange _exchange;
    private readonly byte[] _requests;
    private readonly int _receiveBuffer;
    private NetlinkSocket _socket;

    private ConntrackTable(int lookups, int receiveBuffer)
    {
        _receiveBuffer = receiveBuffer;
        _socket = NetlinkSocket.Open(NetlinkSocket.Netfilter, receiveBuffer);
        _exchange = new NetlinkExchange(lookups);
        _requests = new byte[lookups * ConntrackRequest.MaximumSize];
    }

    /// <summary>The socket that is in use: for tests that break it.</summary>
    internal NetlinkSocket Socket => _socket;

    /// <summary>Opens the table of the current network namespace.</summary>
    /// <param name="lookups">How many look-ups will go together, 1 to <see cref="MaximumLookups"/>.</param>
    /// <exception cref="LinuxException">The kernel has no nfnetlink (EPROTONOSUPPORT), or this process may not use netlink (EAFNOSUPPORT, EPERM).</exception>
    public static ConntrackTable Open(int lookups = 1) => Open(lookups, NetlinkSocket.DefaultReceiveBuffer);

    /// <summary>As <see cref="Open(int)"/>, with a receive buffer so small that answers are lost: for tests of that.</summary>
    internal static ConntrackTable Open(int lookups, int receiveBuffer)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lookups, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lookups, MaximumLookups);
        return new ConntrackTable(lookups, receiveBuffer);
    }

    /// <summary>Replaces the socket, after anything went wrong with it: what was on its way is lost with the old one.</summary>
    /// <exception cref="LinuxException">No new one can be had; the old one stays, and this can be called again.</exception>
    public void Reopen()
    {
        NetlinkSocket fresh = NetlinkSocket.Open(NetlinkSocket.Netfilter, _receiveBuffer);
        _socket.Dispose();
        _socket = fresh;
    }

    /// <summary>Looks up the entry whose reply tuple this is. One hash look-up in the kernel, whatever the table's size.</summary>
    /// <param name="reply">The reply tuple: from the translated destination to the translated source.</param>
    /// <param name="zone">The conntrack zone to search.</param>
    /// <returns>The entry, or null when there is none.</returns>
    /// <exception cref="NetlinkException">The kernel refused (EPERM: CAP_NET_ADMIN is missing) or gave no sensible answer.</exception>
    /// <exception cref="LinuxException">The socket failed.</exception>
    public ConntrackEntry? Find(ConntrackTuple reply, ushort zone = 0)
    {
        ConntrackEntry? entry = Get(CtAttribute.TupleReply, reply, zone);
        return entry?.Reply == reply ? entry : null; // else it was the original direction of another connection that matched
    }

    /// <summary>Looks up the entry whose original tuple this is, in the same way.</summary>
    /// <param name="original">The original tuple: from who opened the connection to whom it was opened to.</param>
    /// <param name="zone">The conntrack zone to search.</param>
    /// <returns>The entry, or null when there is none.</returns>
    /// <exception cref="NetlinkException">The kernel refused (EPERM: CAP_NET_ADMIN is missing) or gave no sensible answer.</exception>
    /// <exception cref="LinuxException">The socket failed.</exception>
    public ConntrackEntry? FindByOriginal(ConntrackTuple original, ushort zone = 0)
    {
        ConntrackEntry? entry = Get(CtAttribute.TupleOriginal, original, zone);
        return entry?.Original == original ? entry : null;
    }

    /// <summary>Removes an entry, and no other that has taken its place: it must have the number still that it was listed with.</summary>
    /// <returns>False when there is no such entry any more.</returns>
    /// <exception cref="ArgumentException">The entry has no number, as it was read from a text without.</exception>
    /// <exception cref="NetlinkException">The kernel refused (EPERM: CAP_NET_ADMIN is missing) or gave no sensible answer.</exception>
    /// <exception cref="LinuxException">The socket failed.</exception>
    public bool Remove(ConntrackEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        uint id = entry.Id ?? throw new ArgumentException("The entry has no number.", nameof(entry));
        var writer = new NetlinkWriter(_requests);
        uint sequence = _socket.TakeSequence(1);
        ConntrackRequest.WriteDelete(ref writer, sequence, entry.Original, entry.Zone, id);
        NetlinkMessage answer = Ask(RemovalRequest, _requests.AsSpan(0, writer.Length), sequence);
        return answer.Type != NetlinkMessage.ErrorType ? throw new NetlinkException(RemovalRequest, Errno.EBADMSG, "the answer is malformed")
            : NetlinkError.Read(answer).Errno switch
            {
                Errno.None => true,
                Errno.ENOENT => false,
                _ => throw Refusal(RemovalRequest, answer),
            };
    }

    /// <summary>Looks up several entries at once, in zone 0, without allocating.</summary>
    /// <param name="replies">The reply tuples, as many as <see cref="Open(int)"/> was told at most.</param>
    /// <param name="lookups">Receives an outcome for each.</param>
    /// <returns>The kernel's error number of the first look-up that failed, or none.</returns>
    /// <exception cref="LinuxException">The socket failed or answers were lost, so that none of the outcomes can be relied on: call <see cref="Reopen"/>.</exception>
    public Errno Find(ReadOnlySpan<ConntrackTuple> replies, Span<Lookup> lookups)
    {
        lookups[..replies.Length].Clear();
        var writer = new NetlinkWriter(_requests);
        uint sequence = _socket.TakeSequence(replies.Length);
        for (int i = 0; i < replies.Length; i++)
        {
            ConntrackRequest.WriteGet(ref writer, sequence + (uint)i, CtAttribute.TupleReply, replies[i], zone: 0);
        }

        _exchange.Run(_socket, _requests.AsSpan(0, writer.Length), sequence, replies.Length);
        Errno failure = Errno.None;
        for (int i = 0; i < replies.Length; i++)
        {
            Errno errno = Judge(i, replies[i], out lookups[i]);
            failure = failure == Errno.None ? errno : failure;
        }

        return failure;
    }

    /// <summary>Lists the table, one entry after the other as they are read.</summary>
    /// <param name="cancellationToken">Ends the listing early.</param>
    /// <returns>
    /// Each entry that lives from the beginning of the listing to its end, once; those that come or go meanwhile may be there or not.
    /// </returns>
    public static ConntrackListing Enumerate(CancellationToken cancellationToken = default) => Enumerate(ConntrackFilter.Everything, cancellationToken);

    /// <summary>Lists what fits a filter. Whatever the kernel can tell apart, it does; so one connection among many is found soon.</summary>
    /// <param name="filter">What is wanted.</param>
    /// <param name="cancellationToken">Ends the listing early.</param>
    /// <returns>The same as without a filter, less what does not fit.</returns>
    public static ConntrackListing Enumerate(ConntrackFilter filter, CancellationToken cancellationToken = default) => new(filter, progress: null, cancellationToken);

    /// <summary>The same, and tells now and then, on the thread that walks it, how many entries were looked at.</summary>
    /// <param name="filter">What is wanted.</param>
    /// <param name="progress">Is told.</param>
    /// <param name="cancellationToken">Ends the listing early.</param>
    public static ConntrackListing Enumerate(ConntrackFilter filter, IProgress<long> progress, CancellationToken cancellationToken) => new(filter, progress, cancellationToken);

    /// <summary>Asks how full the table is; also the quickest proof that the table can be asked at all.</summary>
    /// <exception cref="NetlinkException">The kernel refused: EPERM when CAP_NET_ADMIN is missing, EINVAL when nf_conntrack_netlink is.</exception>
    /// <exception cref="LinuxException">The socket failed.</exception>
    public ConntrackStatistics ReadStatistics()
    {
        var writer = new NetlinkWriter(_requests);
        uint sequence = _socket.TakeSequence(1);
        ConntrackRequest.WriteStatistics(ref writer, sequence);
        NetlinkMessage answer = Ask(StatisticsRequest, _requests.AsSpan(0, writer.Length), sequence);
        if (answer.Type == NetlinkMessage.ErrorType)
        {
            throw Refusal(StatisticsRequest, answer);
        }

        return StatisticsDecoder.TryRead(answer.Payload, out ConntrackStatistics statistics)
            ? statistics
            : throw new NetlinkException(StatisticsRequest, Errno.EBADMSG, "the answer is malformed");
    }

    /// <summary>Reads what the kernel has counted, all processors together.</summary>
    /// <exception cref="NetlinkException">The kernel refused: EPERM when CAP_NET_ADMIN is missing, EINVAL when nf_conntrack_netlink is.</exception>
    /// <exception cref="LinuxException">The socket failed.</exception>
    public ConntrackCounters ReadCounters()
    {
        var dump = new NetlinkDump("read what conntrack has counted", ConntrackListing.PatienceMilliseconds);
        var writer = new NetlinkWriter(_requests);
        uint sequence = _socket.TakeSequence(1);
        ConntrackRequest.WriteCounters(ref writer, sequence);
        dump.Begin(_socket, _requests.AsSpan(0, writer.Length), sequence);
        ConntrackCounters sum = default;
        while (dump.MoveNext())
        {
            sum = StatisticsDecoder.TryRead(dump.Current.Payload, out ConntrackCounters counters) ? sum.Plus(counters) : throw dump.Malformed();
        }

        return sum;
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private static NetlinkException Refusal(string request, NetlinkMessage answer)
    {
        NetlinkError error = NetlinkError.Read(answer);
        return new NetlinkException(request, error.Errno, error.Words);
    }

    private ConntrackEntry? Get(ushort direction, in ConntrackTuple tuple, ushort zone)
    {
        var writer = new NetlinkWriter(_requests);
        uint sequence = _socket.TakeSequence(1);
        ConntrackRequest.WriteGet(ref writer, sequence, direction, tuple, zone);
        NetlinkMessage answer = Ask(LookupRequest, _requests.AsSpan(0, writer.Length), sequence);
        if (answer.Type == NetlinkMessage.ErrorType)
        {
            return NetlinkError.Read(answer).Errno == Errno.ENOENT ? null : throw Refusal(LookupRequest, answer);
        }

        return ConntrackDecoder.TryReadEntry(answer.Payload, out ConntrackEntry? entry)
            ? entry
            : throw new NetlinkException(LookupRequest, Errno.EBADMSG, "the answer is malformed");
    }

    private NetlinkMessage Ask(string request, ReadOnlySpan<byte> message, uint sequence)
    {
        _exchange.Run(_socket, message, sequence, count: 1);
        return _exchange.TryGetAnswer(0, out NetlinkMessage answer) ? answer : throw new NetlinkException(request, Errno.ETIMEDOUT, "the kernel gave no answer");
    }

    private Errno Judge(int request, in ConntrackTuple asked, out Lookup lookup)
    {
        lookup = default;
        if (!_exchange.TryGetAnswer(request, out NetlinkMessage answer))
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

        if (!ConntrackDecoder.TryReadTuples(answer.Payload, out ConntrackTuple original, out ConntrackTuple reply))
        {
            return Errno.EBADMSG;
        }

        // The kernel matches either direction: an entry whose original direction was asked for is not the answer.
        lookup = reply == asked ? new Lookup(LookupOutcome.Found, original) : new Lookup(LookupOutcome.NotFound, default);
        return Errno.None;
    }
}
