namespace ProxyHelper.Netlink;

/// <summary>Messages and attributes start at multiples of four bytes (NLMSG_ALIGNTO and NLA_ALIGNTO, linux/netlink.h).</summary>
internal static class NetlinkAlignment
{
    /// <summary>The next multiple of four.</summary>
    /// <param name="length">A length in bytes, at most int.MaxValue - 3.</param>
    public static int Align(int length) => (length + 3) & ~3;
}
