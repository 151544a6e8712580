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
    private const ushort GetAddressType = 22; // RTM_GETADDR (linux/rtnetlink.h)
    private const ushort NewAddressType = 20; // RTM_NEWADDR
    private const ushort RequestDumpFlags = 0x301; // NLM_F_REQUEST | NLM_F_DUMP (linux/netlink.h)
    private const ushort PeerAttribute = 1; // IFA_ADDRESS (linux/if_addr.h): the local address, or that of the peer
    private const ushort LocalAttribute = 2; // IFA_LOCAL
    private const ushort BroadcastAttribute = 4; // IFA_BROADCAST
    private const int HeaderSize = 8; // struct ifaddrmsg (linux/if_addr.h)
    private const int LengthOffset = 1; // ifa_prefixlen
    private const int LongestSubnet = 30; // bits; a longer prefix has no broadcast address (RFC 3021)

    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(1);

    private readonly HashSet<IPv4Address> _addresses = [];
    private readonly HashSet<IPv4Address> _broadcasts = [];
    private readonly NetlinkDump _dump = new("list the addresses", patience: 0);
    private readonly byte[] _request = new byte[NetlinkMessage.HeaderSize + HeaderSize];
    private readonly NetlinkOpener _opener;
    private readonly Clock _clock;
    private NetlinkSocket _socket;
    private TimeSpan? _readAt;
    private bool _isBroken;

    private LocalAddresses(NetlinkOpener opener, Clock clock)
    {
        _opener = opener;
        _clock = clock;
        _socket = OpenSocket();
    }

    /// <summary>
    /// Opens a netlink socket and reads the addresses in the network namespace of the calling thread.
    /// </summary>
    /// <exception cref="LinuxException">Thrown when the addresses cannot be read.</exception>
    public static LocalAddresses Open() => Open(NetlinkSocket.Open, Clock.System);

    /// <summary>Opens a socket with an opener and a clock, for tests that replace the kernel.</summary>
    internal static LocalAddresses Open(NetlinkOpener opener, Clock clock)
    {
        var addresses = new LocalAddresses(opener, clock);
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
    public void Dispose() => _socket.Dispose();

    private void Refresh()
    {
        try
        {
            if (_isBroken)
            {
                NetlinkSocket fresh = OpenSocket();
                _socket.Dispose();
                _socket = fresh;
            }

            Read();
            _isBroken = false;
        }
        catch (LinuxException)
        {
            Clear(); // no sender is trusted because of half a list; the next attempt follows in a second
            _isBroken = true;
        }
    }

    private NetlinkSocket OpenSocket() => _opener(NetlinkSocket.Route, NetlinkSocket.DefaultReceiveBuffer);

    private void Clear()
    {
        _addresses.Clear();
        _broadcasts.Clear();
    }

    private void Read()
    {
        Clear();
        uint sequence = _socket.TakeSequence(1);
        var writer = new NetlinkWriter(_request);
        writer.BeginMessage(GetAddressType, RequestDumpFlags, sequence);
        writer.Header(HeaderSize)[0] = SocketKind.IPv4Family;
        writer.EndMessage();
        _dump.Begin(_socket, _request, sequence);
        while (_dump.MoveNext())
        {
            if (_dump.Current.Type == NewAddressType)
            {
                Add(_dump.Current.Payload);
            }
        }
    }

    private void Add(ReadOnlySpan<byte> payload)
    {
        int length = payload.Length < HeaderSize ? LongestSubnet + 1 : payload[LengthOffset];
        var attributes = new NetlinkAttributes(payload.Length < HeaderSize ? default : payload[HeaderSize..]);
        while (attributes.MoveNext())
        {
            if (attributes.Bytes.Length != IPv4Address.Size)
            {
                continue;
            }

            var address = IPv4Address.FromBytes(attributes.Bytes);
            switch (attributes.Type)
            {
                case LocalAttribute:
                    _addresses.Add(address);
                    break;
                case BroadcastAttribute:
                    _broadcasts.Add(address);
                    break;
                case PeerAttribute when length <= LongestSubnet:
                    _broadcasts.Add(new IPv4Address(address.Value | (uint.MaxValue >> length))); // as the kernel does
                    break;
            }
        }
    }
}
