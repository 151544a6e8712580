using System.Runtime.InteropServices;
using System.Text;
using ProxyHelper.Linux;

namespace ProxyHelper.Netlink;

/// <summary>
/// Represents an NLMSG_ERROR message: the error number and, in an extended acknowledgement, the kernel's words.
/// </summary>
internal readonly ref struct NetlinkError
{
    // NLM_F_CAPPED (linux/netlink.h): only the header of the request is repeated.
    private const ushort CappedFlag = 0x100;
    private const ushort AttributesFlag = 0x200; // NLM_F_ACK_TLVS: attributes follow
    private const ushort WordsAttribute = 1; // NLMSGERR_ATTR_MSG

    private readonly ReadOnlySpan<byte> _words;

    private NetlinkError(Errno errno, ReadOnlySpan<byte> words)
    {
        Errno = errno;
        _words = words;
    }

    /// <summary>Gets the error number; <see cref="Errno.None"/> is an acknowledgement.</summary>
    public Errno Errno { get; }

    /// <summary>Gets the kernel's words, or null if the message has no words.</summary>
    public string? Words => _words.IsEmpty ? null : Encoding.UTF8.GetString(_words).TrimEnd('\0');

    /// <summary>
    /// Reads an error message. A message that is too short becomes EBADMSG, because it is an error in any case.
    /// </summary>
    public static NetlinkError Read(NetlinkMessage message)
    {
        ReadOnlySpan<byte> payload = message.Payload;
        if (payload.Length < sizeof(int))
        {
            return new NetlinkError(Errno.EBADMSG, default);
        }

        var errno = (Errno)(-(long)BitConverter.ToInt32(payload));
        return new NetlinkError(errno, FindWords(message.Flags, payload[sizeof(int)..]));
    }

    private static ReadOnlySpan<byte> FindWords(ushort flags, ReadOnlySpan<byte> request)
    {
        if ((flags & AttributesFlag) == 0 || request.Length < NetlinkMessage.HeaderSize)
        {
            return default;
        }

        long repeated = (flags & CappedFlag) != 0
            ? NetlinkMessage.HeaderSize
            : (BitConverter.ToUInt32(request) + 3L) & ~3L;
        if (repeated > request.Length)
        {
            return default;
        }

        var attributes = new NetlinkAttributes(request[(int)repeated..]);
        while (attributes.MoveNext())
        {
            if (attributes.Type == WordsAttribute)
            {
                return attributes.Bytes;
            }
        }

        return default;
    }
}

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
