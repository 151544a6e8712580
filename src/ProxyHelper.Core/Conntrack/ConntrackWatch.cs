using System.Diagnostics;
using System.Runtime.Versioning;
using ProxyHelper.Conntrack.Wire;
using ProxyHelper.Linux;
using ProxyHelper.Netlink;

namespace ProxyHelper.Conntrack;

/// <summary>
/// Watches the conntrack table of the network namespace of the thread that opens it. The watch first reports the
/// entries that exist, then each change. If the kernel loses events, the watch lists the table again and reports what
/// was missed. An instance is for one thread.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class ConntrackWatch : IDisposable
{
    /// <summary>
    /// The default size in bytes of the buffer in which the kernel keeps unread events, including the kernel's
    /// overhead. It holds about 5,000 events.
    /// </summary>
    public const int DefaultReceiveBuffer = NetlinkSocket.DefaultReceiveBuffer;

    private const int EventsPerRead = 32;
    private const int EventSize = 4096; // longer than any event
    private const int ListedEntriesPerStep = 256; // before events are read again
    private const string EventsSetting = "/proc/sys/net/netfilter/nf_conntrack_events";

    // Listing a large table takes time. Listings that look for changes without an event take at most a twentieth of all
    // time.
    private const int ListingIntervalFactor = 20;

    private readonly ConntrackFilter _listingFilter;
    private readonly WatchedEntries _entries;
    private readonly NetlinkSocket _socket;
    private readonly MessageBatch _events = new(EventsPerRead, EventSize, isConnected: true);
    private readonly EventSignal _wake = EventSignal.Create();
    private readonly PollSet _poll;
    private readonly TimeSpan? _listingInterval;
    private IEnumerator<ConntrackEntry>? _listing;
    private long _listingBeganAt;
    private long _nextListingAt = Stopwatch.GetTimestamp();
    private bool _isLossReported;

    private ConntrackWatch(ConntrackFilter filter, NetlinkSocket socket, TimeSpan? listingInterval)
    {
        // An entry that matched once is followed, so a listing must not leave it out after its state, mark or status
        // changed.
        _listingFilter = filter with { States = [], Mark = null, Status = ConntrackStatus.None };
        _entries = new WatchedEntries(filter);
        _socket = socket;
        _listingInterval = listingInterval;
        _poll = new PollSet(_wake, socket.Handle);
    }

    /// <summary>
    /// Gets whether all entries that existed at the beginning have been reported and no change waits: a good moment to
    /// stop.
    /// </summary>
    public bool IsUpToDate => _entries.IsUpToDate;

    /// <summary>Begins a watch.</summary>
    /// <param name="filter">The entries to report. An entry that matched once is followed until it is gone.</param>
    /// <param name="receiveBuffer">
    /// The size in bytes of the buffer in which the kernel keeps unread events. The default is <see
    /// cref="DefaultReceiveBuffer"/>.
    /// </param>
    /// <exception cref="LinuxException">
    /// Thrown when the kernel has no nfnetlink, or when this process may not receive its events (EPERM).
    /// </exception>
    public static ConntrackWatch Open(ConntrackFilter filter, int receiveBuffer = DefaultReceiveBuffer) =>
        Open(filter, receiveBuffer, listingInterval: SendsAllEvents() ? null : TimeSpan.FromSeconds(5));

    /// <summary>Begins a watch that looks for changes without an event at this interval, for tests.</summary>
    internal static ConntrackWatch Open(ConntrackFilter filter, int receiveBuffer, TimeSpan? listingInterval)
    {
        ArgumentNullException.ThrowIfNull(filter);
        NetlinkSocket socket = NetlinkSocket.Open(NetlinkSocket.Netfilter, receiveBuffer);
        try
        {
            socket.Join(ConntrackEvent.NewGroup);
            socket.Join(ConntrackEvent.UpdateGroup);
            socket.Join(ConntrackEvent.DestroyGroup);
            return new ConntrackWatch(filter, socket, listingInterval);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Waits for the next change.</summary>
    /// <param name="limit">The longest time to wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="change">Receives the change, if the outcome is <see cref="WatchOutcome.Changed"/>.</param>
    /// <exception cref="NetlinkException">
    /// Thrown when the kernel refuses: EPERM if CAP_NET_ADMIN is missing.
    /// </exception>
    /// <exception cref="LinuxException">Thrown when a socket fails.</exception>
    /// <exception cref="OperationCanceledException">Thrown when the wait was canceled.</exception>
    public WatchOutcome Next(TimeSpan limit, CancellationToken cancellationToken, out ConntrackChange? change)
    {
        long beganAt = Stopwatch.GetTimestamp();
        using CancellationTokenRegistration waking = cancellationToken.Register(_wake.Set);
        while (!_entries.TryTake(out change))
        {
            cancellationToken.ThrowIfCancellationRequested();
            bool isLossNew = ReadEvents(out bool hasMore) && !_isLossReported;
            if (isLossNew)
            {
                _isLossReported = true;
                return WatchOutcome.EventsLost;
            }

            bool isListing = ContinueListing(cancellationToken);
            TimeSpan rest = limit - Stopwatch.GetElapsedTime(beganAt);
            if (!hasMore && !isListing && !_entries.HasChanges && !Wait(rest))
            {
                return WatchOutcome.TimedOut;
            }
        }

        return WatchOutcome.Changed;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _listing?.Dispose();
        _socket.Dispose();
        _wake.Dispose();
    }

    /// <summary>
    /// Returns whether the kernel sends events for every entry (setting 1). The default setting 2 sends events only for
    /// entries that were made while a program listened, and 0 sends none.
    /// </summary>
    private static bool SendsAllEvents()
    {
        try
        {
            return File.ReadAllText(EventsSetting).Trim() == "1";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Reads a batch of events.</summary>
    /// <returns>True if the kernel lost events before this batch.</returns>
    private bool ReadEvents(out bool hasMore)
    {
        int count;
        try
        {
            count = _socket.Receive(_events, first: 0, EventsPerRead);
        }
        catch (LinuxException failure) when (failure.Errno is Errno.ENOBUFS or Errno.EMSGSIZE)
        {
            // A listing that is in progress may have passed the entries of the lost events, so another one follows.
            _nextListingAt = Stopwatch.GetTimestamp();
            hasMore = true;
            return true;
        }

        for (int slot = 0; slot < count; slot++)
        {
            var messages = new NetlinkMessageReader(_events.Data(slot));
            while (messages.MoveNext())
            {
                if (ConntrackEvent.TryRead(messages.Current, out ConntrackChangeKind kind, out ConntrackEntry? entry))
                {
                    _entries.AddEvent(kind, entry!);
                }
            }
        }

        hasMore = count == EventsPerRead;
        return false;
    }

    /// <summary>Lists some more entries, and begins a listing if one is due.</summary>
    /// <returns>True if a listing is in progress.</returns>
    private bool ContinueListing(CancellationToken cancellationToken)
    {
        if (_listing is null)
        {
            if (Stopwatch.GetTimestamp() < _nextListingAt)
            {
                return false;
            }

            _nextListingAt = long.MaxValue;
            _listingBeganAt = Stopwatch.GetTimestamp();
            _listing = ConntrackTable.Enumerate(_listingFilter, cancellationToken).GetEnumerator();
            _entries.BeginListing();
        }

        for (int i = 0; i < ListedEntriesPerStep; i++)
        {
            if (!_listing.MoveNext())
            {
                EndListing();
                return false;
            }

            _entries.AddListed(_listing.Current);
        }

        return true;
    }

    private void EndListing()
    {
        _listing!.Dispose();
        _listing = null;
        _entries.EndListing();

        // If more events were lost during the listing, the loss is reported already and the next listing is due.
        _isLossReported = _nextListingAt != long.MaxValue;
        if (!_isLossReported && _listingInterval is { } interval)
        {
            long duration = Stopwatch.GetTimestamp() - _listingBeganAt;
            long pause = (long)(interval.TotalSeconds * Stopwatch.Frequency);
            _nextListingAt = Stopwatch.GetTimestamp() + Math.Max(pause, duration * ListingIntervalFactor);
        }
    }

    /// <summary>Waits for an event, for the next listing or for the end of the time.</summary>
    /// <returns>False if the time is over.</returns>
    private bool Wait(TimeSpan rest)
    {
        TimeSpan untilListing = _nextListingAt == long.MaxValue
            ? TimeSpan.MaxValue
            : Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), _nextListingAt);
        TimeSpan wait = rest < untilListing ? rest : untilListing;
        if (wait > TimeSpan.Zero)
        {
            _poll.Wait((int)Math.Min(Math.Ceiling(wait.TotalMilliseconds), int.MaxValue));
        }

        return rest > TimeSpan.Zero;
    }
}
