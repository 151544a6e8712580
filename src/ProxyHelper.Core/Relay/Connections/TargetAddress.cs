using System.Net;
using System.Runtime.Versioning;
using System.Text;
using ProxyHelper.Linux;
using ProxyHelper.Linux.Streams;

namespace ProxyHelper.Relay.Connections;

/// <summary>Represents the address of the target in the form of the kernel, and opens sockets for it.</summary>
[SupportedOSPlatform("linux")]
internal sealed class TargetAddress
{
    private readonly SocketKind _kind;
    private readonly byte[] _address;
    private readonly bool _isRemote;

    /// <summary>Makes the address of a target.</summary>
    public TargetAddress(RelayTarget target)
    {
        if (target.EndPoint is { } endPoint)
        {
            SocketAddress address = endPoint.Serialize();
            _kind = SocketKind.Tcp;
            _address = address.Buffer.Span[..address.Size].ToArray();
            _isRemote = !IPAddress.IsLoopback(endPoint.Address);
        }
        else
        {
            // struct sockaddr_un (linux/un.h): the family, then the path with its NUL
            _kind = SocketKind.UnixStream;
            byte[] family = BitConverter.GetBytes((ushort)SocketKind.UnixFamily);
            _address = [.. family, .. Encoding.UTF8.GetBytes(target.Path!), 0];
        }
    }

    /// <summary>Opens a socket that can be connected to the target.</summary>
    /// <returns>The error, such as EMFILE.</returns>
    public Errno Open(out StreamDescriptor socket)
    {
        Errno errno = StreamDescriptor.Open(_kind, out socket);
        if (errno == Errno.None && _kind.Family == SocketKind.IPv4Family)
        {
            socket.SetOption(SocketOption.NoDelay, 1);
            socket.SetOption(SocketOption.InlineUrgentData, 1);
            if (_isRemote)
            {
                KeepAlive.Set(socket.SetOption);
            }
        }

        return errno;
    }

    /// <summary>Begins to connect a socket to the target.</summary>
    public Errno Connect(StreamDescriptor socket) => socket.Connect(_address);

    /// <summary>
    /// Returns whether the kernel has connected a socket to itself. It can do so when no program listens on the port of
    /// the target, and the port is one that the kernel chooses for outgoing connections.
    /// </summary>
    public bool IsOwnAddressOf(StreamDescriptor socket)
    {
        const int used = 8; // family, port and address of struct sockaddr_in (linux/in.h)
        Span<byte> own = stackalloc byte[LinuxSocket.AddressSize];
        return _kind.Family == SocketKind.IPv4Family && socket.ReadLocalAddress(own) == Errno.None
            && own[..used].SequenceEqual(_address.AsSpan(0, used));
    }
}

/// <summary>
/// Sets the options of TCP sockets whose peer is another host. If the peer vanishes without a word, the kernel notices
/// it within some four minutes.
/// </summary>
internal static class KeepAlive
{
    /// <summary>Sets the options with the method of a socket.</summary>
    public static void Set(Action<SocketOption, int> setOption)
    {
        setOption(SocketOption.KeepAlive, 1);
        setOption(SocketOption.KeepAliveIdle, 120);
        setOption(SocketOption.KeepAliveInterval, 30);
        setOption(SocketOption.KeepAliveCount, 4);
    }
}
