using System.Runtime.Versioning;
using ProxyHelper.Conntrack.Wire;
using ProxyHelper.Linux;
using ProxyHelper.Netlink;

namespace ProxyHelper.Conntrack;

/// <summary>
/// Represents the kernel's conntrack table in the network namespace of the thread that opens it. Every request needs
/// CAP_NET_ADMIN. An instance is for one thread at a time.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class ConntrackTable : IDisposable
{
    /// <summary>
    /// The largest number of look-ups in one batch: 64. The default receive buffer of a netlink socket holds 256
    /// answers (measured). So no answer is lost if the kernel refuses a larger buffer.
    /// </summary>
    public const int MaximumLookups = 64;

    private readonly ConntrackExchange _exchange;

    private ConntrackTable(ConntrackExchange exchange)
    {
        _exchange = exchange;
    }

    /// <summary>Gets the socket in use, for tests that break it.</summary>
    internal NetlinkSocket Socket => _exchange.Socket;

    /// <summary>Opens the table of the current network namespace.</summary>
    /// <param name="maxLookups">
    /// The most look-ups in one call of <see cref="FindMany"/>: 1 to <see cref="MaximumLookups"/>. The default is 1.
    /// </param>
    /// <exception cref="LinuxException">
    /// Thrown when the kernel has no nfnetlink (EPROTONOSUPPORT) or this process may not use netlink (EAFNOSUPPORT,
    /// EPERM).
    /// </exception>
    public static ConntrackTable Open(int maxLookups = 1) => Open(maxLookups, NetlinkSocket.DefaultReceiveBuffer);

    /// <summary>Opens the table with a receive buffer of this size, for tests that lose answers.</summary>
    internal static ConntrackTable Open(int maxLookups, int receiveBuffer) =>
        Open(maxLookups, receiveBuffer, NetlinkSocket.Open);

    /// <summary>Opens the table with the sockets of an opener, for tests that replace the kernel.</summary>
    internal static ConntrackTable Open(int maxLookups, int receiveBuffer, NetlinkOpener opener)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLookups, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxLookups, MaximumLookups);
        return new ConntrackTable(new ConntrackExchange(maxLookups, receiveBuffer, opener));
    }

    /// <summary>
    /// Replaces the socket after an error. Answers that have not been read are lost with the old socket.
    /// </summary>
    /// <exception cref="LinuxException">
    /// Thrown when no socket can be opened. The old socket stays, and this method can be called again.
    /// </exception>
    public void Reopen() => _exchange.Reopen();

    /// <summary>
    /// Looks up the entry with this reply tuple. The kernel looks in a hash table, so the time does not grow with the
    /// table.
    /// </summary>
    /// <param name="reply">The reply tuple: from the translated destination to the translated source.</param>
    /// <param name="zone">The conntrack zone of the reply direction. The default is 0.</param>
    /// <returns>The entry, or null if the kernel has none.</returns>
    /// <exception cref="NetlinkException">
    /// Thrown when the kernel refuses the look-up (EPERM: CAP_NET_ADMIN is missing) or its answer is malformed.
    /// </exception>
    /// <exception cref="LinuxException">Thrown when the socket fails.</exception>
    public ConntrackEntry? Find(ConntrackTuple reply, ushort zone = 0) =>
        Find(new EntryKey(reply, zone, IsReply: true));

    /// <summary>Looks up the entry with this original tuple, in the same way.</summary>
    /// <param name="original">The original tuple: from the original source to the original destination.</param>
    /// <param name="zone">The conntrack zone of the original direction. The default is 0.</param>
    /// <returns>The entry, or null if the kernel has none.</returns>
    /// <exception cref="NetlinkException">
    /// Thrown when the kernel refuses the look-up (EPERM: CAP_NET_ADMIN is missing) or its answer is malformed.
    /// </exception>
    /// <exception cref="LinuxException">Thrown when the socket fails.</exception>
    public ConntrackEntry? FindByOriginal(ConntrackTuple original, ushort zone = 0) =>
        Find(new EntryKey(original, zone, IsReply: false));

    /// <summary>
    /// Looks up several entries by their reply tuples in one batch. The reply direction of an entry must be in zone 0;
    /// its original direction can be in any zone. Allocates nothing. A failure is reported in the return value only:
    /// this method throws no exception when the kernel or the socket fails.
    /// </summary>
    /// <param name="replies">The reply tuples, at most as many as the table was opened for.</param>
    /// <param name="lookups">
    /// Receives the result of each look-up. The outcome of a look-up that failed is <see cref="LookupOutcome.Failed"/>.
    /// </param>
    /// <returns>
    /// The error of the first look-up that failed, or None if all were answered. If the socket fails or loses an
    /// answer, all look-ups fail. After any error, call <see cref="Reopen"/> before the next look-up.
    /// </returns>
    public Errno FindMany(ReadOnlySpan<ConntrackTuple> replies, Span<Lookup> lookups) =>
        _exchange.GetMany(replies, lookups);

    /// <summary>
    /// Removes an entry. A later entry with the same tuple stays: the kernel removes the entry only if the id is the
    /// same.
    /// </summary>
    /// <returns>False if the kernel no longer has this entry.</returns>
    /// <exception cref="ArgumentException">Thrown when the entry has no id, as in a saved text without ids.</exception>
    /// <exception cref="NetlinkException">
    /// Thrown when the kernel refuses the removal (EPERM: CAP_NET_ADMIN is missing) or its answer is malformed.
    /// </exception>
    /// <exception cref="LinuxException">Thrown when the socket fails.</exception>
    public bool Remove(ConntrackEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        uint id = entry.Id ?? throw new ArgumentException("The entry has no id.", nameof(entry));
        var original = new EntryKey(entry.Original, entry.OriginalZone, IsReply: false);
        var reply = new EntryKey(entry.Reply, entry.ReplyZone, IsReply: true);

        // The first request removes the entry, unless the kernel finds another entry by that key.
        return _exchange.Delete(original, id)
            || _exchange.Delete(reply, id)
            || _exchange.Delete(original with { IsForOneDirection = true }, id)
            || _exchange.Delete(reply with { IsForOneDirection = true }, id);
    }

    /// <summary>Lists the table. Entries are read while the caller enumerates them.</summary>
    /// <param name="cancellationToken">Ends the listing early.</param>
    /// <returns>
    /// Each entry that exists during the whole listing, once. An entry that is made or removed during the listing can
    /// be missing.
    /// </returns>
    public static ConntrackListing Enumerate(CancellationToken cancellationToken = default) =>
        Enumerate(ConntrackFilter.Everything, cancellationToken);

    /// <summary>
    /// Lists the entries that match a filter. The kernel applies the parts of the filter that it can, so one connection
    /// among many is found quickly.
    /// </summary>
    /// <param name="filter">The filter.</param>
    /// <param name="cancellationToken">Ends the listing early.</param>
    /// <returns>
    /// Each matching entry that exists during the whole listing, once. An entry that is made or removed during the
    /// listing can be missing.
    /// </returns>
    public static ConntrackListing Enumerate(ConntrackFilter filter, CancellationToken cancellationToken = default) =>
        new(filter, progress: null, cancellationToken);

    /// <summary>Lists the entries that match a filter, and reports the progress.</summary>
    /// <param name="filter">The filter.</param>
    /// <param name="progress">
    /// Receives the number of entries that were read so far, once in 10,000 entries, on the thread that enumerates.
    /// </param>
    /// <param name="cancellationToken">Ends the listing early.</param>
    public static ConntrackListing Enumerate(
        ConntrackFilter filter, IProgress<long> progress, CancellationToken cancellationToken) =>
        new(filter, progress, cancellationToken);

    /// <summary>
    /// Reads the number of entries and its limit. This is also the fastest proof that this process can use the table.
    /// </summary>
    /// <exception cref="NetlinkException">
    /// Thrown when the kernel refuses the request: EPERM if CAP_NET_ADMIN is missing, EINVAL if nf_conntrack_netlink is
    /// missing.
    /// </exception>
    /// <exception cref="LinuxException">Thrown when the socket fails.</exception>
    public ConntrackStatistics ReadStatistics() => _exchange.GetStatistics();

    /// <summary>Reads the kernel's counters, added over all processors.</summary>
    /// <exception cref="NetlinkException">
    /// Thrown when the kernel refuses the request: EPERM if CAP_NET_ADMIN is missing, EINVAL if nf_conntrack_netlink is
    /// missing.
    /// </exception>
    /// <exception cref="LinuxException">Thrown when the socket fails.</exception>
    public ConntrackCounters ReadCounters() => _exchange.GetCounters();

    /// <inheritdoc/>
    public void Dispose() => _exchange.Dispose();

    // If the kernel finds nothing, no entry has the key. If the kernel finds another entry, that entry can hide the one
    // to find. Only zones for one direction make this possible, so the third step almost never happens.
    private ConntrackEntry? Find(in EntryKey key)
    {
        ConntrackEntry? entry = _exchange.Get(key);
        if (entry is null || key.Identifies(entry))
        {
            return entry;
        }

        entry = _exchange.Get(key with { IsForOneDirection = true });
        return entry is null || key.Identifies(entry) ? entry : FindInListing(key);
    }

    private static ConntrackEntry? FindInListing(EntryKey key) =>
        Enumerate(new ConntrackFilter { Protocols = [key.Tuple.Protocol] }).FirstOrDefault(key.Identifies);
}
