using System.Diagnostics;
using System.Runtime.Versioning;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;

namespace ProxyHelper.Netlink;

/// <summary>
/// This host's IPv4 addresses: the kernel lets no datagram in from outside that bears one of them as its source. The kernel is
/// asked at most once a second, whoever sends what. It belongs to one thread, and to the network namespace that it was opened in.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class LocalAddresses : IDisposable
{
    private const ushort GetAddressType = 22; // RTM_GETADDR (linux/rtnetlink.h)
    private const ushort NewAddressType = 20; // RTM_NEWADDR
    private const ushort RequestDumpFlags = 0x301; // NLM_F_REQUEST | NLM_F_DUMP
    private const ushort LocalAttribute = 2; // IFA_LOCAL (linux/if_addr.h)
    private const byte IPv4Family = 2; // AF_INET
    private const int HeaderSize = 8; // struct ifaddrmsg

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly HashSet<IPv4Address> _addresses = [];
    private readonly NetlinkDump _dump = new("list the addresses", patience: 0);
    private readonly byte[] _request = new byte[NetlinkMessage.HeaderSize + HeaderSize];
    private NetlinkSocket _socket;
    private long _readAt;
    private bool _isBroken;

    private LocalAddresses(NetlinkSocket socket)
    {
        _socket = socket;
    }

    /// <summary>Reads the addresses of the calling thread's network namespace.</summary>
    /// <exception cref="LinuxException">The kernel cannot be asked.</exception>
    public static LocalAddresses Open()
    {
        var own = new LocalAddresses(NetlinkSocket.Open(NetlinkSocket.Route));
        try
        {
            own.Read();
            return own;
        }
        catch
        {
            own.Dispose();
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

        if (Stopwatch.GetElapsedTime(_readAt) > Interval)
        {
            _readAt = Stopwatch.GetTimestamp();
            Refresh();
        }

        return _addresses.Contains(address);
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private void Refresh()
    {
        try
        {
            if (_isBroken)
            {
                NetlinkSocket fresh = NetlinkSocket.Open(NetlinkSocket.Route);
                _socket.Dispose();
                _socket = fresh;
            }

            Read();
            _isBroken = false;
        }
        catch (LinuxException)
        {
            _addresses.Clear(); // nobody is trusted on the strength of half a list; in a second it is tried again
            _isBroken = true;
        }
    }

    private void Read()
    {
        _addresses.Clear();
        uint sequence = _socket.TakeSequence(1);
        var writer = new NetlinkWriter(_request);
        writer.BeginMessage(GetAddressType, RequestDumpFlags, sequence);
        writer.Header(HeaderSize)[0] = IPv4Family;
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
        var attributes = new NetlinkAttributes(payload.Length < HeaderSize ? default : payload[HeaderSize..]);
        while (attributes.MoveNext())
        {
            if (attributes.Type == LocalAttribute && attributes.Bytes.Length == IPv4Address.Size)
            {
                _addresses.Add(IPv4Address.FromBytes(attributes.Bytes));
            }
        }
    }
}
