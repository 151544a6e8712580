using ProxyHelper.Access;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;
using ProxyHelper.Netlink;

namespace ProxyHelper.Daemon;

/// <summary>Describes failures, with what an administrator can do about them.</summary>
internal static class Advice
{
    /// <summary>Returns the failure and the advice as sentences.</summary>
    public static string Describe(Exception failure) => $"{failure.Message.TrimEnd('.')}.{For(failure)}";

    /// <summary>Words to put after the failure's own, with a space before them; empty where there is nothing to say.</summary>
    public static string For(Exception failure) => failure switch
    {
        NetlinkException { Errno: Errno.EPERM } => " CAP_NET_ADMIN is missing: run it as root.",
        NetlinkException { Errno: Errno.EINVAL } => " The kernel module is missing: modprobe nf_conntrack_netlink",
        LinuxException { Errno: Errno.EPROTONOSUPPORT } => " The kernel has no conntrack to ask: modprobe nf_conntrack_netlink",
        LinuxException { Errno: Errno.EPERM } => " A capability is missing: run it as root.",
        BindException { Errno: Errno.EACCES } => " CAP_NET_BIND_SERVICE is missing: run it as root, or choose a port from 1024 on.",
        BindException { Errno: Errno.EADDRINUSE } bind =>
            $" Who has it: ss -{(bind.Protocol == IPProtocol.Tcp ? 't' : 'u')}lpn 'sport = :{bind.EndPoint.Port}'",
        BindException { Errno: Errno.EADDRNOTAVAIL } => " The addresses that are there: ip -4 address. If it comes later: --allow-absent-address",
        SecretFileException { IsUnsafe: true } unsafeFile => $" chmod 600 {unsafeFile.Path}",
        _ => string.Empty,
    };
}
