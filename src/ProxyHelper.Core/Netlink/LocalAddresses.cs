using System.Runtime.Versioning;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;

namespace ProxyHelper.Netlink;

/// <summary>
/// Represents the IPv4 addresses of this host. The kernel drops datagrams from outside that have such an address as
/// their source. The list is read at most once a second. An instance belongs to one thread and to the network namespace
/// in which it was opened.
/// </summary>
internal sealed class LocalAddresses : IDisposable
{
    private const int LongestSubnet = 30; // bits; a longer prefix has no broadcast address (RFC 3021)

    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(1);

    private readonly HashSet<IPv4Address> _addresses = [];
    private readonly HashSet<IPv4Address> _broadcasts = [];
    private readonly Action<Action<HostAddress>> _list;
    private readonly Action<HostAddress> _add; // made once, so that a reading allocates no delegate
    private readonly Clock _clock;
    private readonly IDisposable? _source;
    private TimeSpan? _readAt;

    private LocalAddresses(Action<Action<HostAddress>> list, Clock clock, IDisposable? source = null)
    {
        _list = list;
        _add = Add;
        _clock = clock;
        _source = source;
    }

    /// <summary>
    /// Opens a netlink socket and reads the addresses in the network namespace of the calling thread.
    /// </summary>
    /// <exception cref="LinuxException">Thrown when the addresses cannot be read.</exception>
    [SupportedOSPlatform("linux")]
    public static LocalAddresses Open() => Open(new AddressReader(NetlinkSocket.Open), Clock.System);

    /// <summary>Reads the addresses with a reader, which the list disposes of.</summary>
    /// <param name="reader">The reader. Other users of the same thread may use the reader, too.</param>
    /// <param name="clock">The clock.</param>
    /// <exception cref="LinuxException">Thrown when the addresses cannot be read.</exception>
    [SupportedOSPlatform("linux")]
    public static LocalAddresses Open(AddressReader reader, Clock clock) =>
        Begin(new LocalAddresses(reader.List, clock, reader));

    /// <summary>Reads the addresses with .NET, which works on every system.</summary>
    /// <exception cref="LinuxException">Thrown when the addresses cannot be read.</exception>
    public static LocalAddresses OpenPortable(Clock clock) =>
        Begin(new LocalAddresses(InterfaceAddresses.List, clock));

    /// <summary>Returns a value indicating whether an address is one of this host.</summary>
    public bool Contains(IPv4Address address)
    {
        if (address.IsLoopback)
        {
            return true;
        }

        RefreshIfOld();
        return _addresses.Contains(address);
    }

    /// <summary>Returns the addresses of this host. The list is empty if it cannot be read.</summary>
    public IReadOnlyCollection<IPv4Address> ReadAll()
    {
        RefreshIfOld();
        return _addresses;
    }

    /// <summary>
    /// Returns a value indicating whether an address was a broadcast address of a local subnet when the list was read.
    /// </summary>
    public bool IsBroadcast(IPv4Address address) => _broadcasts.Contains(address);

    /// <summary>Returns the addresses of the last reading as text.</summary>
    public override string ToString() => string.Join(", ", _addresses);

    /// <inheritdoc/>
    public void Dispose() => _source?.Dispose();

    private static LocalAddresses Begin(LocalAddresses addresses)
    {
        try
        {
            addresses.Read();
            return addresses;
        }
        catch
        {
            addresses.Dispose();
            throw;
        }
    }

    private void RefreshIfOld()
    {
        TimeSpan now = _clock.SinceBoot;
        if (_readAt is not { } readAt || now - readAt > _interval)
        {
            _readAt = now;
            Refresh();
        }
    }

    private void Refresh()
    {
        try
        {
            Read();
        }
        catch (LinuxException)
        {
            Clear(); // no sender is trusted because of half a list; the next attempt follows in a second
        }
    }

    private void Clear()
    {
        _addresses.Clear();
        _broadcasts.Clear();
    }

    private void Read()
    {
        Clear();
        _list(_add);
    }

    private void Add(HostAddress address)
    {
        if (address.Local is { } local)
        {
            _addresses.Add(local);
        }

        if (address.Broadcast is { } broadcast)
        {
            _broadcasts.Add(broadcast);
        }

        if (address.Peer is { } peer && address.PrefixLength <= LongestSubnet)
        {
            // As the kernel does.
            _broadcasts.Add(new IPv4Address(peer.Value | (uint.MaxValue >> address.PrefixLength)));
        }
    }
}
