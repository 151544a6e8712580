using System.Runtime.Versioning;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;

namespace ProxyHelper.Netlink;

/// <summary>
/// Represents the IPv4 addresses of this host. The kernel drops datagrams from outside that have such an address as
/// their source. The list is read at most once a second. An instance belongs to one thread and to the network namespace
/// in which it was opened.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class LocalAddresses : IDisposable
{
    private const int LongestSubnet = 30; // bits; a longer prefix has no broadcast address (RFC 3021)

    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(1);

    private readonly HashSet<IPv4Address> _addresses = [];
    private readonly HashSet<IPv4Address> _broadcasts = [];
    private readonly Clock _clock;
    private TimeSpan? _readAt;

    private LocalAddresses(AddressReader reader, Clock clock)
    {
        Reader = reader;
        _clock = clock;
    }

    /// <summary>Gets the reader of the list, for other users of the same thread.</summary>
    public AddressReader Reader { get; }

    /// <summary>
    /// Opens a netlink socket and reads the addresses in the network namespace of the calling thread.
    /// </summary>
    /// <exception cref="LinuxException">Thrown when the addresses cannot be read.</exception>
    public static LocalAddresses Open() => Open(NetlinkSocket.Open, Clock.System);

    /// <summary>Opens a socket with an opener and a clock, for tests that replace the kernel.</summary>
    internal static LocalAddresses Open(NetlinkOpener opener, Clock clock)
    {
        var addresses = new LocalAddresses(new AddressReader(opener), clock);
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

    /// <summary>Returns a value indicating whether an address is one of this host.</summary>
    public bool Contains(IPv4Address address)
    {
        if (address.IsLoopback)
        {
            return true;
        }

        TimeSpan now = _clock.SinceBoot;
        if (_readAt is not { } readAt || now - readAt > _interval)
        {
            _readAt = now;
            Refresh();
        }

        return _addresses.Contains(address);
    }

    /// <summary>
    /// Returns a value indicating whether an address was a broadcast address of a local subnet when the list was read.
    /// </summary>
    public bool IsBroadcast(IPv4Address address) => _broadcasts.Contains(address);

    /// <summary>Returns the addresses of the last reading as text.</summary>
    public override string ToString() => string.Join(", ", _addresses);

    /// <inheritdoc/>
    public void Dispose() => Reader.Dispose();

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
        Reader.Begin();
        while (Reader.MoveNext())
        {
            Add(Reader.Current);
        }
    }

    private void Add(in HostAddress address)
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
