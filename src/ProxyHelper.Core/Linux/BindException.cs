using System.Net;
using ProxyHelper.Addresses;

namespace ProxyHelper.Linux;

/// <summary>The exception that is thrown when an address and port cannot be bound.</summary>
public sealed class BindException : LinuxException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="endPoint">The address and port.</param>
    /// <param name="errno">The error number: EADDRINUSE, EADDRNOTAVAIL or EACCES.</param>
    /// <param name="protocol">The protocol of the port: UDP or TCP.</param>
    public BindException(IPEndPoint endPoint, Errno errno, IPProtocol protocol)
        : base(protocol == IPProtocol.Tcp ? $"bind {endPoint} (TCP)" : $"bind {endPoint}", errno)
    {
        EndPoint = endPoint;
        Protocol = protocol;
    }

    /// <summary>Gets the address and port.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Gets the protocol of the port: UDP or TCP.</summary>
    public IPProtocol Protocol { get; }

    /// <summary>
    /// Turns a failure into this exception, if its error number says that the address and port cannot be bound.
    /// </summary>
    internal static LinuxException From(LinuxException failure, IPEndPoint endPoint, IPProtocol protocol) =>
        failure.Errno is Errno.EADDRINUSE or Errno.EADDRNOTAVAIL or Errno.EACCES
            ? new BindException(endPoint, failure.Errno, protocol)
            : failure;
}
