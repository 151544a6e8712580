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

    // An entry that was made while the kernel sent no events for it never gets events, in any mode.
    private static readonly TimeSpan _defaultListingInterval = TimeSpan.FromSeconds(5);

    private readonly ConntrackFilter _listingFilter;
    private readonly WatchedEntries _entries;
    private readonly NetlinkSocket _socket;
    private readonly MessageBatch _events = new(EventsPerRead, EventSize, isConnected: true);
    private readonly EventSignal _wake = EventSignal.Create();
    private readonly PollSet _poll;
    private readonly ListingSchedule _schedule;
    private readonly NetlinkOpener _opener;
    private ConntrackListing? _listing;
    private IEnumerator<ConntrackEntry>? _listed;
    private long _undecodableEvents;
    private bool _isLossReported;

    private ConntrackWatch(ConntrackFilter filter, NetlinkSocket socket, TimeSpan interval, NetlinkOpener opener)
    {
        // An entry that matched once is followed, so a listing must not leave it out after its state, mark or status
        // changed.
        _listingFilter = filter with { States = [], Mark = null, Status = ConntrackStatus.None };
        _entries = new WatchedEntries(filter);
        _socket = socket;
        _opener = opener;
        _schedule = new ListingSchedule(interval);
        ListingInterval = interval;
        _poll = new PollSet(_wake, socket.Handle);
    }

    /// <summary>
    /// Gets whether all entries that existed at the beginning have been reported and no change waits: a good moment to
    /// stop.
    /// </summary>
    public bool IsUpToDate => _entries.IsUpToDate;

    /// <summary>Gets for which entries the kernel sends events. The setting is read again at each listing.</summary>
    public ConntrackEventMode EventMode { get; private set; } = ConntrackSettings.ReadEventMode();

    /// <summary>
    /// Gets the longest time from one listing to the next. A listing finds the changes that cause no event. If listings
    /// take long, they are less frequent.
    /// </summary>
    public TimeSpan ListingInterval { get; }

    /// <summary>
    /// Gets the size in bytes of the buffer in which the kernel keeps unread events. The kernel limits the size if the
    /// process has no CAP_NET_ADMIN for the host.
    /// </summary>
    public int ReceiveBuffer => _socket.ReceiveBuffer;

    /// <summary>Gets the number of events, and of entries in the last listing, that could not be decoded.</summary>
    public long Undecodable => _undecodableEvents + (_listing?.Undecodable ?? 0);

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
        Open(filter, receiveBuffer, _defaultListingInterval, NetlinkSocket.Open);

    /// <summary>Begins a watch that lists the table at this interval, for tests.</summary>
    internal static ConntrackWatch Open(
        ConntrackFilter filter, int receiveBuffer, TimeSpan listingInterval, NetlinkOpener opener)
    {
        ArgumentNullException.ThrowIfNull(filter);
        NetlinkSocket socket = opener(NetlinkSocket.Netfilter, receiveBuffer);
        try
        {
            socket.Join(ConntrackEvent.NewGroup);
            socket.Join(ConntrackEvent.UpdateGroup);
            socket.Join(ConntrackEvent.DestroyGroup);
            return new ConntrackWatch(filter, socket, listingInterval, opener);
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
        _listed?.Dispose();
        _socket.Dispose();
        _wake.Dispose();
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
            _schedule.MakeDue();
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
                else if (ConntrackEvent.IsEvent(messages.Current))
                {
                    _undecodableEvents++;
                }
            }

            _undecodableEvents += messages.IsFaulted ? 1 : 0;
        }

        hasMore = count == EventsPerRead;
        return false;
    }

    /// <summary>Lists some more entries, and begins a listing if one is due.</summary>
    /// <returns>True if a listing is in progress.</returns>
    private bool ContinueListing(CancellationToken cancellationToken)
    {
        if (_listed is null)
        {
            if (!_schedule.IsDue)
            {
                return false;
            }

            _schedule.Begin();
            EventMode = ConntrackSettings.ReadEventMode();
            _listing = new ConntrackListing(_listingFilter, progress: null, cancellationToken, _opener);
            _listed = _listing.GetEnumerator();
            _entries.BeginListing();
        }

        for (int i = 0; i < ListedEntriesPerStep; i++)
        {
            if (!_listed.MoveNext())
            {
                EndListing();
                return false;
            }

            _entries.AddListed(_listed.Current);
        }

        return true;
    }

    private void EndListing()
    {
        _listed!.Dispose();
        _listed = null;
        _entries.EndListing();

        // If more events were lost during the listing, the loss is reported already and the next listing is due.
        _isLossReported = _schedule.End();
    }

    /// <summary>Waits for an event, for the next listing or for the end of the time.</summary>
    /// <returns>False if the time is over.</returns>
    private bool Wait(TimeSpan rest)
    {
        TimeSpan untilListing = _schedule.UntilDue;
        TimeSpan wait = rest < untilListing ? rest : untilListing;
        if (wait > TimeSpan.Zero)
        {
            _poll.Wait((int)Math.Min(Math.Ceiling(wait.TotalMilliseconds), int.MaxValue));
        }

        return rest > TimeSpan.Zero;
    }
}
