using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;
using ProxyHelper.Netlink;

namespace ProxyHelper.Server.Portable;

/// <summary>
/// Contains the UDP sockets of a responder, one for each address. .NET cannot choose the source address of a datagram,
/// so 0.0.0.0 stands for a socket for each address of this host. Once a second, the sockets follow the addresses.
/// </summary>
internal sealed class PortableSockets : IDisposable
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(1);

    private readonly List<(PortableSocket Socket, int Place)> _sockets = [];
    private readonly SocketSelector _selector;
    private readonly LocalAddresses? _local; // if the sockets follow the addresses of this host
    private readonly ushort _port;
    private int _nextPlace;
    private TimeSpan _followedAt;

    private PortableSockets(SocketSelector selector, int firstPlace, LocalAddresses? local, ushort port)
    {
        _selector = selector;
        _nextPlace = firstPlace;
        _local = local;
        _port = port;
    }

    /// <summary>Gets the sockets with their places in the selector.</summary>
    public IReadOnlyList<(PortableSocket Socket, int Place)> All => _sockets;

    /// <summary>Opens the sockets.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="local">The addresses of this host.</param>
    /// <param name="selector">The selector that waits for the sockets.</param>
    /// <param name="firstPlace">The place of the first socket in the selector.</param>
    /// <param name="now">The time since boot.</param>
    /// <exception cref="BindException">
    /// Thrown when an address and port cannot be bound. No address stays bound.
    /// </exception>
    /// <exception cref="LinuxException">Thrown when a socket could not be opened.</exception>
    public static PortableSockets Open(
        ListenOptions options, LocalAddresses local, SocketSelector selector, int firstPlace, TimeSpan now)
    {
        bool isAll = options.Addresses.Contains(IPAddress.Any);
        var sockets = new PortableSockets(selector, firstPlace, isAll ? local : null, options.Port);
        try
        {
            foreach (IPv4Address address in isAll
                ? local.ReadAll()
                : options.Addresses.Distinct().Select(IPv4Address.FromIPAddress))
            {
                sockets.Add(address, now);
            }

            return sockets;
        }
        catch
        {
            sockets.Dispose();
            throw;
        }
    }

    /// <summary>Opens and closes sockets, if the addresses of this host have changed.</summary>
    /// <param name="now">The time since boot.</param>
    public void Follow(TimeSpan now)
    {
        if (now - _followedAt < _interval || _local?.ReadAll() is not { Count: > 0 } addresses)
        {
            return;
        }

        _followedAt = now;
        foreach ((PortableSocket socket, int place) in _sockets.FindAll(one => !addresses.Contains(one.Socket.Address)))
        {
            _selector.Remove(place);
            _sockets.Remove((socket, place));
            socket.Dispose();
        }

        foreach (IPv4Address address in addresses)
        {
            if (!_sockets.Exists(one => one.Socket.Address == address))
            {
                TryAdd(address, now);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _sockets.ForEach(one => one.Socket.Dispose());

    private void TryAdd(IPv4Address address, TimeSpan now)
    {
        try
        {
            Add(address, now);
        }
        catch (LinuxException)
        {
            // Such as an address that has gone since. It is tried again in a second.
        }
    }

    private void Add(IPv4Address address, TimeSpan now)
    {
        PortableSocket socket = PortableSocket.Open(new IPEndPoint(address.ToIPAddress(), _port));
        socket.EmptyAt = now;
        _sockets.Add((socket, _nextPlace));
        _selector.Add(socket.Handle, _nextPlace++);
    }
}
