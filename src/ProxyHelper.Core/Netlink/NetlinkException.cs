using System.Runtime.InteropServices;
using ProxyHelper.Linux;

namespace ProxyHelper.Netlink;

/// <summary>
/// The exception that is thrown when the kernel refused a netlink request, or when the answer was lost, cut or not an
/// answer to it.
/// </summary>
public sealed class NetlinkException : LinuxException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="request">The request, such as "look up conntrack entry".</param>
    /// <param name="errno">
    /// The kernel's error number, or the nearest number for a fault that this library found.
    /// </param>
    /// <param name="words">The kernel's words, or the description of the fault; null for the C library's words.</param>
    public NetlinkException(string request, Errno errno, string? words = null)
        : base(request, errno, words ?? Marshal.GetPInvokeErrorMessage((int)errno))
    {
    }
}
