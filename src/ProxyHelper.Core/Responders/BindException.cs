using System.Net;
using ProxyHelper.Linux;

namespace ProxyHelper.Responders;

/// <summary>An address and port that cannot be listened on.</summary>
public sealed class BindException : LinuxException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="endPoint">The address and port.</param>
    /// <param name="errno">Why: EADDRINUSE, EADDRNOTAVAIL, EACCES.</param>
    public BindException(IPEndPoint endPoint, Errno errno)
        : base($"bind {endPoint}", errno)
    {
        EndPoint = endPoint;
    }

    /// <summary>The address and port.</summary>
    public IPEndPoint EndPoint { get; }
}
