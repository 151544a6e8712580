namespace ProxyHelper.Netlink;

/// <summary>Aligns messages and attributes to four bytes (NLMSG_ALIGNTO and NLA_ALIGNTO, linux/netlink.h).</summary>
internal static class NetlinkAlignment
{
    /// <summary>Rounds a length up to a multiple of four.</summary>
    /// <param name="length">The length in bytes, at most int.MaxValue - 3.</param>
    public static int Align(int length) => (length + 3) & ~3;
}
