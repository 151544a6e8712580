using System.Net;
using System.Runtime.Versioning;
using ProxyHelper.Addresses;

namespace ProxyHelper.Linux;

/// <summary>TCP sockets that take connections: those of proxies (smtp-gated's mode remote), and of who reads the counters.</summary>
[SupportedOSPlatform("linux")]
internal static class ListeningSocket
{
    private const int IPv4Family = 2; // AF_INET
    private const int StreamType = 1; // SOCK_STREAM
    private const int ReuseAddress = 2; // SO_REUSEADDR: connections that have ended (TIME_WAIT) do not keep the port
    private const int FreeBind = 15; // IP_FREEBIND
    private const int Backlog = 128;

    /// <summary>Opens a socket that takes connections.</summary>
    /// <param name="endPoint">The address and port.</param>
    /// <param name="allowsAbsentAddress">Whether the address may be one that this host does not have yet.</param>
    /// <exception cref="BindException">The address and port cannot be listened on.</exception>
    /// <exception cref="LinuxException">No socket can be had.</exception>
    public static LinuxSocket Open(IPEndPoint endPoint, bool allowsAbsentAddress)
    {
        LinuxSocket socket = LinuxSocket.Open(IPv4Family, StreamType, protocol: 0, "TCP socket");
        try
        {
            socket.SetOption(DatagramControl.SocketLevel, ReuseAddress, 1, "SO_REUSEADDR");
            if (allowsAbsentAddress)
            {
                socket.SetOption(DatagramControl.IPLevel, FreeBind, 1, "IP_FREEBIND");
            }

            SocketAddress address = endPoint.Serialize();
            socket.Bind(address.Buffer.Span[..address.Size], endPoint.ToString());
            socket.Listen(Backlog, endPoint.ToString());
            return socket;
        }
        catch (LinuxException failure)
        {
            socket.Dispose();
            throw BindException.From(failure, endPoint, IPProtocol.Tcp);
        }
    }
}
