using System.Diagnostics;
using System.Runtime.Versioning;
using ProxyHelper.Conntrack.Wire;
using ProxyHelper.Linux;
using ProxyHelper.Netlink;

namespace ProxyHelper.Conntrack;

/// <summary>
/// Watches the conntrack table of the network namespace of the thread that opened it: first what is there, then each change as it
/// happens. When the kernel lost events, the table is listed anew, and what was missed is told. It belongs to one thread.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class ConntrackWatch : IDisposable
{
    /// <summary>Bytes of events that the kernel keeps unread, its own book-keeping included, unless said: some 5,000 events.</summary>
    public const int DefaultReceiveBuffer = NetlinkSocket.DefaultReceiveBuffer;

    private const int Events = 32; // read together
    private const int EventSize = 4096; // more than any event has
    private const int EntriesAtOnce = 256; // of a listing, before events are read again
    private const string EventsSetting = "/proc/sys/net/netfilter/nf_conntrack_events";

    // A listing of a large table takes its time: at most a twentieth of all time is spent on listings that only look for silent changes.
    private const int ListingShare = 20;

    private readonly ConntrackFilter _unchanging;
    private readonly WatchedEntries _entries;
    private readonly NetlinkSocket _socket;
    private readonly MessageBatch _events = new(Events, EventSize, isConnected: true);
    private readonly EventSignal _wake = EventSignal.Create();
    private readonly PollSet _poll;
    private readonly TimeSpan? _interval;
    private IEnumerator<ConntrackEntry>? _listing;
    private long _listingBeganAt;
    private long _listAt = Stopwatch.GetTimestamp();
    private bool _wasLossTold;

    private ConntrackWatch(ConntrackFilter filter, NetlinkSocket socket, TimeSpan? interval)
    {
        // A mapping that fitted once is followed, so what can change is not what listings leave out.
        _unchanging = filter with { States = [], Mark = null, Status = ConntrackStatus.None };
        _entries = new WatchedEntries(filter);
        _socket = socket;
        _interval = interval;
        _poll = new PollSet(_wake, socket.Handle);
    }

    /// <summary>Whether all that was there at the beginning has been told of, and no change waits to be told: a good moment to end.</summary>
    public bool IsUpToDate => _entries.IsUpToDate;

    /// <summary>Begins a watch.</summary>
    /// <param name="filter">What is to be told of; a mapping that fitted once is followed to its end.</param>
    /// <param name="receiveBuffer">How many bytes of unread events the kernel keeps.</param>
    /// <exception cref="LinuxException">The kernel has no nfnetlink, or this process may not listen to it (EPERM).</exception>
    public static ConntrackWatch Open(ConntrackFilter filter, int receiveBuffer = DefaultReceiveBuffer) =>
        Open(filter, receiveBuffer, TellsOfAll() ? null : TimeSpan.FromSeconds(5));

    /// <summary>As <see cref="Open(ConntrackFilter, int)"/>, listing at this interval what changed without an event; for tests.</summary>
    internal static ConntrackWatch Open(ConntrackFilter filter, int receiveBuffer, TimeSpan? interval)
    {
        ArgumentNullException.ThrowIfNull(filter);
        NetlinkSocket socket = NetlinkSocket.Open(NetlinkSocket.Netfilter, receiveBuffer);
        try
        {
            socket.Join(ConntrackEvent.NewGroup);
            socket.Join(ConntrackEvent.UpdateGroup);
            socket.Join(ConntrackEvent.DestroyGroup);
            return new ConntrackWatch(filter, socket, interval);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Waits for what comes next.</summary>
    /// <param name="limit">How long at most.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <param name="change">The change, where there is one.</param>
    /// <exception cref="NetlinkException">The kernel refused: EPERM when CAP_NET_ADMIN is missing.</exception>
    /// <exception cref="LinuxException">A socket failed.</exception>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public WatchOutcome Next(TimeSpan limit, CancellationToken cancellationToken, out ConntrackChange? change)
    {
        long beganAt = Stopwatch.GetTimestamp();
        using CancellationTokenRegistration waking = cancellationToken.Register(_wake.Set);
        while (!_entries.TryTake(out change))
        {
            cancellationToken.ThrowIfCancellationRequested();
            bool wasLost = ReadEvents(out bool hasMore);
            if (wasLost && !_wasLossTold)
            {
                _wasLossTold = true;
                return WatchOutcome.EventsLost;
            }

            bool isListing = StepListing(cancellationToken);
            TimeSpan rest = limit - Stopwatch.GetElapsedTime(beganAt);
            if (!hasMore && !isListing && !_entries.HasChanges && !Wait(rest))
            {
                return WatchOutcome.NothingHappened;
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
    /// Whether the kernel tells of every entry (1). By default (2) it tells only of those that were made while somebody listened, and
    /// of none at all (0).
    /// </summary>
    private static bool TellsOfAll()
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
    /// <returns>Whether the kernel lost some before.</returns>
    private bool ReadEvents(out bool hasMore)
    {
        int count;
        try
        {
            count = _socket.Receive(_events, first: 0, Events);
        }
        catch (LinuxException failure) when (failure.Errno is Errno.ENOBUFS or Errno.EMSGSIZE)
        {
            _listAt = Stopwatch.GetTimestamp(); // also when a listing is under way: it may have passed what was lost
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
                    _entries.Apply(kind, entry!);
                }
            }
        }

        hasMore = count == Events;
        return false;
    }

    /// <summary>Goes on with a listing, or begins one that is due.</summary>
    /// <returns>Whether one is under way.</returns>
    private bool StepListing(CancellationToken cancellationToken)
    {
        if (_listing is null)
        {
            if (Stopwatch.GetTimestamp() < _listAt)
            {
                return false;
            }

            _listAt = long.MaxValue;
            _listingBeganAt = Stopwatch.GetTimestamp();
            _listing = ConntrackTable.Enumerate(_unchanging, cancellationToken).GetEnumerator();
            _entries.BeginListing();
        }

        for (int i = 0; i < EntriesAtOnce; i++)
        {
            if (!_listing.MoveNext())
            {
                EndListing();
                return false;
            }

            _entries.List(_listing.Current);
        }

        return true;
    }

    private void EndListing()
    {
        _listing!.Dispose();
        _listing = null;
        _entries.EndListing();
        _wasLossTold = _listAt != long.MaxValue; // more was lost meanwhile, and it is listed once more
        if (!_wasLossTold && _interval is { } interval)
        {
            long took = Stopwatch.GetTimestamp() - _listingBeganAt;
            _listAt = Stopwatch.GetTimestamp() + Math.Max((long)(interval.TotalSeconds * Stopwatch.Frequency), took * ListingShare);
        }
    }

    /// <summary>Waits for an event, the next listing or the end.</summary>
    /// <returns>False when the time is over.</returns>
    private bool Wait(TimeSpan rest)
    {
        TimeSpan untilListing = _listAt == long.MaxValue ? TimeSpan.MaxValue : Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), _listAt);
        TimeSpan wait = rest < untilListing ? rest : untilListing;
        if (wait > TimeSpan.Zero)
        {
            _poll.Wait((int)Math.Min(Math.Ceiling(wait.TotalMilliseconds), int.MaxValue));
        }

        return rest > TimeSpan.Zero;
    }
}
