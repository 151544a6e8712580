using System.Runtime.Versioning;
using ProxyHelper.Linux;
using ProxyHelper.Netlink;

namespace ProxyHelper.Conntrack.Wire;

/// <summary>
/// Sends requests to ctnetlink on one socket and reads the answers. The buffers are allocated once. An instance is for
/// one thread at a time.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class ConntrackExchange : IDisposable
{
    private const string LookupRequest = "look up a conntrack entry";
    private const string RemovalRequest = "remove a conntrack entry";
    private const string StatisticsRequest = "read the size of the conntrack table";
    private const string CountersRequest = "read the conntrack counters";

    private readonly NetlinkExchange _exchange;
    private readonly BatchExchange _batch;
    private readonly byte[] _requests;
    private readonly int _receiveBuffer;
    private readonly NetlinkOpener _opener;

    /// <summary>Opens the socket.</summary>
    /// <param name="maxLookups">The most look-ups in one batch.</param>
    /// <param name="receiveBuffer">The size of the socket's receive buffer in bytes.</param>
    /// <param name="opener">Opens the socket.</param>
    /// <exception cref="LinuxException">Thrown when the socket cannot be opened.</exception>
    public ConntrackExchange(int maxLookups, int receiveBuffer, NetlinkOpener opener)
    {
        _receiveBuffer = receiveBuffer;
        _opener = opener;
        Socket = OpenSocket();
        _exchange = new NetlinkExchange(maxLookups);
        _requests = new byte[maxLookups * ConntrackRequest.MaximumSize];
        _batch = new BatchExchange(_exchange, _requests);
    }

    /// <summary>Gets the socket in use.</summary>
    public NetlinkSocket Socket { get; private set; }

    /// <inheritdoc/>
    public void Dispose() => Socket.Dispose();

    /// <summary>Replaces the socket. Answers that have not been read are lost with the old socket.</summary>
    /// <exception cref="LinuxException">Thrown when no socket can be opened. The old socket stays.</exception>
    public void Reopen()
    {
        NetlinkSocket fresh = OpenSocket();
        Socket.Dispose();
        Socket = fresh;
    }

    /// <summary>Looks up the entry that the kernel finds first with a key. It can be another entry.</summary>
    /// <returns>The entry, or null if the kernel has none.</returns>
    /// <exception cref="NetlinkException">
    /// Thrown when the kernel refuses the request or its answer is malformed.
    /// </exception>
    /// <exception cref="LinuxException">Thrown when the socket fails.</exception>
    public ConntrackEntry? Get(in EntryKey key)
    {
        var writer = new NetlinkWriter(_requests);
        uint sequence = Socket.TakeSequence(1);
        ConntrackRequest.WriteGet(ref writer, sequence, key);
        NetlinkMessage answer = Send(LookupRequest, writer.Length, sequence);
        if (answer.Type == NetlinkMessage.ErrorType)
        {
            return NetlinkError.Read(answer).Errno == Errno.ENOENT ? null : throw Refused(LookupRequest, answer);
        }

        return ConntrackDecoder.TryReadEntry(answer.Payload, out ConntrackEntry? entry)
            ? entry
            : throw Malformed(LookupRequest);
    }

    /// <summary>Looks up several entries by their reply tuples, in zone 0. Allocates nothing.</summary>
    /// <returns>
    /// The error of the first look-up that failed, or None. If the socket failed, all look-ups have failed.
    /// </returns>
    public Errno GetMany(ReadOnlySpan<ConntrackTuple> replies, Span<Lookup> lookups) =>
        _batch.Get(Socket, replies, lookups);

    /// <summary>Removes the entry that the kernel finds with a key, if it has this id.</summary>
    /// <returns>False if the kernel has no such entry.</returns>
    /// <exception cref="NetlinkException">
    /// Thrown when the kernel refuses the request or its answer is malformed.
    /// </exception>
    /// <exception cref="LinuxException">Thrown when the socket fails.</exception>
    public bool Delete(in EntryKey key, uint id)
    {
        var writer = new NetlinkWriter(_requests);
        uint sequence = Socket.TakeSequence(1);
        ConntrackRequest.WriteDelete(ref writer, sequence, key, id);
        NetlinkMessage answer = Send(RemovalRequest, writer.Length, sequence);
        if (answer.Type != NetlinkMessage.ErrorType)
        {
            throw Malformed(RemovalRequest);
        }

        return NetlinkError.Read(answer).Errno switch
        {
            Errno.None => true,
            Errno.ENOENT => false,
            _ => throw Refused(RemovalRequest, answer),
        };
    }

    /// <summary>Reads the number of entries and its limit.</summary>
    /// <exception cref="NetlinkException">
    /// Thrown when the kernel refuses the request or its answer is malformed.
    /// </exception>
    /// <exception cref="LinuxException">Thrown when the socket fails.</exception>
    public ConntrackStatistics GetStatistics()
    {
        var writer = new NetlinkWriter(_requests);
        uint sequence = Socket.TakeSequence(1);
        ConntrackRequest.WriteStatistics(ref writer, sequence);
        NetlinkMessage answer = Send(StatisticsRequest, writer.Length, sequence);
        if (answer.Type == NetlinkMessage.ErrorType)
        {
            throw Refused(StatisticsRequest, answer);
        }

        return StatisticsDecoder.TryRead(answer.Payload, out ConntrackStatistics statistics)
            ? statistics
            : throw Malformed(StatisticsRequest);
    }

    /// <summary>Reads the counters of all processors and adds them.</summary>
    /// <exception cref="NetlinkException">
    /// Thrown when the kernel refuses the request or its answer is malformed.
    /// </exception>
    /// <exception cref="LinuxException">Thrown when the socket fails.</exception>
    public ConntrackCounters GetCounters()
    {
        var dump = new NetlinkDump(CountersRequest, ConntrackListing.TimeoutMilliseconds);
        var writer = new NetlinkWriter(_requests);
        uint sequence = Socket.TakeSequence(1);
        ConntrackRequest.WriteCounters(ref writer, sequence);
        dump.Begin(Socket, _requests.AsSpan(0, writer.Length), sequence);
        ConntrackCounters sum = default;
        while (dump.MoveNext())
        {
            sum = StatisticsDecoder.TryRead(dump.Current.Payload, out ConntrackCounters counters)
                ? sum.Add(counters)
                : throw dump.Malformed();
        }

        return sum;
    }

    private static NetlinkException Malformed(string request) => new(request, Errno.EBADMSG, "the answer is malformed");

    private static NetlinkException Refused(string request, NetlinkMessage answer)
    {
        NetlinkError error = NetlinkError.Read(answer);
        return new NetlinkException(request, error.Errno, error.Words);
    }

    private NetlinkSocket OpenSocket() => _opener(NetlinkSocket.Netfilter, _receiveBuffer);

    private NetlinkMessage Send(string request, int length, uint sequence)
    {
        _exchange.Run(Socket, _requests.AsSpan(0, length), sequence, count: 1);
        return _exchange.TryGetAnswer(0, out NetlinkMessage answer)
            ? answer
            : throw new NetlinkException(request, Errno.ETIMEDOUT, "the kernel gave no answer");
    }
}
