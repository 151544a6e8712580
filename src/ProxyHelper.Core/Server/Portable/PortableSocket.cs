using System.Net;
using System.Net.Sockets;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;

namespace ProxyHelper.Server.Portable;

/// <summary>
/// Represents a UDP socket of .NET that receives queries to one address of this host, and sends the replies from this
/// address.
/// </summary>
internal sealed class PortableSocket : IDisposable
{
    // Room for some 2,500 queries on Linux. The default has room for 256.
    private const int ReceiveBufferSize = 1 << 20;
    private const int IgnoreResets = -1744830452; // SIO_UDP_CONNRESET (mstcpip.h)

    private readonly Socket _socket;

    private PortableSocket(Socket socket, IPv4Address address)
    {
        _socket = socket;
        Address = address;
    }

    /// <summary>Gets the address of this host.</summary>
    public IPv4Address Address { get; }

    /// <summary>Gets the socket to wait for.</summary>
    public Socket Handle => _socket;

    /// <summary>
    /// Gets or sets a time at which the queue of the socket was empty. A query that is in the queue now arrived later,
    /// so the time since then is an upper limit of its age.
    /// </summary>
    public TimeSpan EmptyAt { get; set; }

    /// <summary>Opens a socket.</summary>
    /// <exception cref="BindException">Thrown when the address and port cannot be bound.</exception>
    /// <exception cref="LinuxException">Thrown when the socket could not be opened.</exception>
    public static PortableSocket Open(IPEndPoint endPoint)
    {
        Socket socket = SocketFailure.Open(SocketType.Dgram, ProtocolType.Udp);
        try
        {
            Claim(socket);
            socket.ReceiveBufferSize = ReceiveBufferSize;
            socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.PacketInformation, optionValue: true);
            if (OperatingSystem.IsWindows())
            {
                // Otherwise a reply to a closed port makes a later call fail.
                socket.IOControl(IgnoreResets, [0, 0, 0, 0], optionOutValue: null);
            }

            socket.Bind(endPoint);
            return new PortableSocket(socket, IPv4Address.FromIPAddress(endPoint.Address));
        }
        catch (SocketException failure)
        {
            socket.Dispose();
            throw SocketFailure.FromBind(failure, endPoint, IPProtocol.Udp);
        }
    }

    /// <summary>Keeps other programs from using the address and port of a socket at the same time.</summary>
    public static void Claim(Socket socket)
    {
        if (OperatingSystem.IsWindows())
        {
            socket.ExclusiveAddressUse = true;
        }
    }

    /// <summary>Returns whether a datagram waits.</summary>
    public bool HasDatagram() => _socket.Poll(0, SelectMode.SelectRead);

    /// <summary>Receives a datagram.</summary>
    /// <param name="buffer">Receives the bytes. It must have room for every datagram.</param>
    /// <param name="sender">Receives the sender.</param>
    /// <param name="isBroadcast">Receives whether the datagram was sent to another address than the socket's.</param>
    /// <returns>The number of bytes, or -1 if no datagram waits any longer.</returns>
    /// <exception cref="LinuxException">Thrown when the socket reports an error.</exception>
    public int Receive(Span<byte> buffer, out IPEndPoint sender, out bool isBroadcast)
    {
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        SocketFlags flags = SocketFlags.None;
        try
        {
            int length = _socket.ReceiveMessageFrom(buffer, ref flags, ref from, out IPPacketInformation information);
            sender = (IPEndPoint)from;
            isBroadcast = information.Address is { } address && IPv4Address.FromIPAddress(address) != Address;
            return length;
        }
        catch (SocketException failure)
        {
            sender = (IPEndPoint)from;
            isBroadcast = false;
            return failure.SocketErrorCode == SocketError.WouldBlock
                ? -1
                : throw SocketFailure.From(failure, "receive queries");
        }
    }

    /// <summary>Sends a datagram.</summary>
    /// <returns>False if the system refused the datagram, or the socket is closed.</returns>
    public bool TrySend(ReadOnlySpan<byte> datagram, IPEndPoint receiver)
    {
        try
        {
            return _socket.SendTo(datagram, SocketFlags.None, receiver) == datagram.Length;
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}
