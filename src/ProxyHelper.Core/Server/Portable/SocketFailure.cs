using System.Net;
using System.Net.Sockets;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;

namespace ProxyHelper.Server.Portable;

/// <summary>
/// Turns the failures of .NET's sockets into those of Linux's calls, so that callers distinguish them in one way on
/// every system.
/// </summary>
internal static class SocketFailure
{
    /// <summary>Returns the exception with the words of this system.</summary>
    /// <param name="failure">The failure.</param>
    /// <param name="call">The call and its object.</param>
    public static LinuxException From(SocketException failure, string call) =>
        new(call, ErrnoOf(failure.SocketErrorCode), failure.Message);

    /// <summary>Returns the exception for a socket that could not be bound.</summary>
    public static LinuxException FromBind(SocketException failure, IPEndPoint endPoint, IPProtocol protocol) =>
        BindException.From(From(failure, $"bind {endPoint}"), endPoint, protocol);

    /// <summary>Opens a socket of IPv4 that does not block.</summary>
    /// <exception cref="LinuxException">Thrown when the socket could not be opened.</exception>
    public static Socket Open(SocketType type, ProtocolType protocol)
    {
        try
        {
            return new Socket(AddressFamily.InterNetwork, type, protocol) { Blocking = false };
        }
        catch (SocketException failure)
        {
            throw From(failure, $"open a {protocol} socket");
        }
    }

    private static Errno ErrnoOf(SocketError error) => error switch
    {
        SocketError.AddressAlreadyInUse => Errno.EADDRINUSE,
        SocketError.AddressNotAvailable => Errno.EADDRNOTAVAIL,
        SocketError.AccessDenied => Errno.EACCES,
        SocketError.TooManyOpenSockets => Errno.EMFILE,
        SocketError.NoBufferSpaceAvailable => Errno.ENOBUFS,
        SocketError.ConnectionRefused => Errno.ECONNREFUSED,
        SocketError.TimedOut => Errno.ETIMEDOUT,
        _ => Errno.EIO,
    };
}
