using System.Net;
using ProxyHelper.Addresses;

namespace ProxyHelper.Linux;

/// <summary>An address and port that cannot be listened on.</summary>
public sealed class BindException : LinuxException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="endPoint">The address and port.</param>
    /// <param name="errno">Why: EADDRINUSE, EADDRNOTAVAIL, EACCES.</param>
    /// <param name="protocol">The protocol whose port it is: UDP, or TCP.</param>
    public BindException(IPEndPoint endPoint, Errno errno, IPProtocol protocol)
        : base(protocol == IPProtocol.Tcp ? $"bind {endPoint} (TCP)" : $"bind {endPoint}", errno)
    {
        EndPoint = endPoint;
        Protocol = protocol;
    }

    /// <summary>The address and port.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>The protocol whose port it is.</summary>
    public IPProtocol Protocol { get; }

    /// <summary>What a failure on the way to a listening socket is to be told as: this, where it says that an address and port cannot be listened on.</summary>
    internal static LinuxException From(LinuxException failure, IPEndPoint endPoint, IPProtocol protocol) =>
        failure.Errno is Errno.EADDRINUSE or Errno.EADDRNOTAVAIL or Errno.EACCES ? new BindException(endPoint, failure.Errno, protocol) : failure;
}
