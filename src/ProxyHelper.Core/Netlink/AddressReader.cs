using System.Runtime.Versioning;
using ProxyHelper.Linux;

namespace ProxyHelper.Netlink;

/// <summary>
/// Reads the list of this host's IPv4 addresses. After a list that was not read to its end, the next list is read from
/// a new socket, because answers may be left in the old one. An instance belongs to one thread and to the network
/// namespace in which it was opened.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class AddressReader : IDisposable
{
    private const ushort GetAddressType = 22; // RTM_GETADDR (linux/rtnetlink.h)
    private const ushort NewAddressType = 20; // RTM_NEWADDR
    private const ushort RequestDumpFlags = 0x301; // NLM_F_REQUEST | NLM_F_DUMP (linux/netlink.h)
    private const int HeaderSize = 8; // struct ifaddrmsg (linux/if_addr.h)

    private readonly NetlinkDump _dump = new("list the addresses", patience: 0);
    private readonly byte[] _request = new byte[NetlinkMessage.HeaderSize + HeaderSize];
    private readonly NetlinkOpener _opener;
    private NetlinkSocket _socket;
    private HostAddress _current;
    private bool _isUnfinished;

    /// <summary>Opens a netlink socket in the network namespace of the calling thread.</summary>
    /// <exception cref="LinuxException">Thrown when the socket could not be opened.</exception>
    public AddressReader(NetlinkOpener opener)
    {
        _opener = opener;
        _socket = OpenSocket(NetlinkSocket.DefaultReceiveBuffer);
    }

    /// <summary>Gets the current address.</summary>
    public ref readonly HostAddress Current => ref _current;

    /// <summary>Begins to read a list.</summary>
    /// <exception cref="LinuxException">Thrown when the kernel did not take the request.</exception>
    public void Begin()
    {
        if (_isUnfinished)
        {
            NetlinkSocket fresh = OpenSocket(NetlinkSocket.DefaultReceiveBuffer);
            _socket.Dispose();
            _socket = fresh;
        }

        _isUnfinished = true;
        uint sequence = _socket.TakeSequence(1);
        var writer = new NetlinkWriter(_request);
        writer.BeginMessage(GetAddressType, RequestDumpFlags, sequence);
        writer.Header(HeaderSize)[0] = SocketKind.IPv4Family;
        writer.EndMessage();
        _dump.Begin(_socket, _request, sequence);
    }

    /// <summary>Moves to the next address.</summary>
    /// <returns>False at the end of a complete list.</returns>
    /// <exception cref="LinuxException">
    /// Thrown when the list is incomplete or malformed, also as <see cref="NetlinkException"/>.
    /// </exception>
    public bool MoveNext()
    {
        while (_dump.MoveNext())
        {
            NetlinkMessage message = _dump.Current;
            if (message.Type == NewAddressType)
            {
                return HostAddress.TryRead(message.Payload, out _current) ? true : throw _dump.Malformed();
            }
        }

        _isUnfinished = false;
        return false;
    }

    /// <summary>Reads a whole list.</summary>
    /// <param name="add">Takes each address.</param>
    /// <exception cref="LinuxException">Thrown when the list is incomplete or malformed.</exception>
    public void List(Action<HostAddress> add)
    {
        Begin();
        while (MoveNext())
        {
            add(Current);
        }
    }

    /// <summary>Opens another socket of the same kind, in the network namespace of the calling thread.</summary>
    /// <exception cref="LinuxException">Thrown when the socket could not be opened.</exception>
    public NetlinkSocket OpenSocket(int receiveBuffer) => _opener(NetlinkSocket.Route, receiveBuffer);

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}
