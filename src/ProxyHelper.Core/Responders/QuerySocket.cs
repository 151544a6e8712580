using System.Net;
using System.Runtime.Versioning;
using ProxyHelper.Linux;

namespace ProxyHelper.Responders;

/// <summary>Opens the UDP sockets that queries come to.</summary>
[SupportedOSPlatform("linux")]
internal static class QuerySocket
{
    private const int IPv4Family = 2; // AF_INET
    private const int DatagramType = 2; // SOCK_DGRAM

    // The default buffer holds 256 queries (measured), fewer than can come while this thread is not running.
    private const int ReceiveBufferSize = 4 << 20;

    /// <summary>Opens a socket bound to one address.</summary>
    /// <exception cref="BindException">The address and port cannot be listened on.</exception>
    /// <exception cref="LinuxException">No socket can be had.</exception>
    public static LinuxSocket Open(IPEndPoint endPoint)
    {
        LinuxSocket socket = LinuxSocket.Open(IPv4Family, DatagramType, protocol: 0, "UDP socket");
        try
        {
            socket.SetReceiveBuffer(ReceiveBufferSize);
            socket.SetOption(DatagramControl.IPLevel, DatagramControl.PacketInfo, 1, "IP_PKTINFO");
            socket.SetOption(DatagramControl.SocketLevel, DatagramControl.TimestampNanoseconds, 1, "SO_TIMESTAMPNS");
            SocketAddress address = endPoint.Serialize();
            socket.Bind(address.Buffer.Span[..address.Size], endPoint.ToString());
            return socket;
        }
        catch (LinuxException failure)
        {
            socket.Dispose();
            if (failure.Errno is Errno.EADDRINUSE or Errno.EADDRNOTAVAIL or Errno.EACCES)
            {
                throw new BindException(endPoint, failure.Errno);
            }

            throw;
        }
    }
}
