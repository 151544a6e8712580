using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;
using ProxyHelper.Netlink;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Server;

/// <summary>
/// Knows whether queries whose connection is not found may wait. Such queries may wait for some seconds after an
/// address of the server appears on this host. After a failover, the conntrack entries of the other router can arrive
/// later than the address.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class FailoverGrace
{
    // The time after which a list of addresses that could not be read is read again.
    private static readonly TimeSpan _patience = TimeSpan.FromMilliseconds(100);

    private readonly AppearanceWatch _watch;
    private readonly HashSet<IPv4Address> _own;
    private readonly Clock _clock;
    private readonly ResponderJournal _journal;
    private TimeSpan? _beganAt;
    private TimeSpan _readAt;
    private bool _isOver;

    /// <summary>
    /// Creates a grace. If an address has appeared a short time before, the rest of its grace is left: a service
    /// manager may start the helper again and again until the address is there.
    /// </summary>
    /// <param name="watch">Finds addresses that appear on this host.</param>
    /// <param name="own">The addresses that the server listens on. 0.0.0.0 is all addresses.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="journal">The journal.</param>
    public FailoverGrace(AppearanceWatch watch, IEnumerable<IPv4Address> own, Clock clock, ResponderJournal journal)
    {
        _watch = watch;
        _own = [.. own];
        _clock = clock;
        _journal = journal;
        TimeSpan running = clock.Running, now = clock.SinceBoot;
        _beganAt = now - watch.AtStart.Where(IsOwn).Min(address => address.AgeAt(running));
    }

    /// <summary>
    /// Gets the time from the end of a round of look-ups of waiting queries to the next, so that many waiting queries
    /// leave time for others.
    /// </summary>
    public static TimeSpan Interval { get; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Gets the descriptor that is ready after a change of the addresses.</summary>
    public SafeHandle Reports => _watch.Reports;

    /// <summary>Gets the time to wait for reports about addresses, up to a limit.</summary>
    public TimeSpan LimitWait(TimeSpan limit) => _watch.IsBehind && _patience < limit ? _patience : limit;

    /// <summary>Finds new addresses if the kernel has reported a change, or the last attempt failed.</summary>
    /// <param name="isReported">Whether the kernel has reported a change.</param>
    /// <param name="length">The length of the grace.</param>
    public void Update(bool isReported, TimeSpan length)
    {
        if (isReported || (_watch.IsBehind && _clock.SinceBoot - _readAt >= _patience))
        {
            Read(length);
        }
    }

    /// <summary>
    /// Returns whether a query whose connection is not found may begin to wait. On a busy server, an address can have
    /// appeared, and the query arrived, since the server waited for reports the last time. So the reports are looked
    /// for again, but only for such a query.
    /// </summary>
    /// <inheritdoc cref="IsActive"/>
    public bool MayBeginToWait(TimeSpan now, TimeSpan length)
    {
        if (!IsActive(now, length) && !_isOver && length > TimeSpan.Zero && _watch.HasReport)
        {
            Read(length);
        }

        return IsActive(now, length);
    }

    /// <summary>Returns whether queries may wait.</summary>
    /// <param name="now">The time since boot.</param>
    /// <param name="length">The length of the grace.</param>
    public bool IsActive(TimeSpan now, TimeSpan length) => !_isOver && now - _beganAt < length;

    /// <summary>Ends the grace, because the server stops.</summary>
    public void End() => _isOver = true;

    private void Read(TimeSpan length)
    {
        _readAt = _clock.SinceBoot;
        foreach (HostAddress address in _watch.FindAppeared().Where(IsOwn))
        {
            _beganAt = _readAt;
            if (length > TimeSpan.Zero)
            {
                _journal.LogAppearance(address.Local!.Value, address.CreatedAt, length);
            }
        }
    }

    private bool IsOwn(HostAddress address) =>
        address.Local is { } local && (_own.Contains(local) || _own.Contains(IPv4Address.Any));
}
