using ProxyHelper.Addresses;
using ProxyHelper.Linux;
using ProxyHelper.Netlink;

namespace ProxyHelper.Telemetry;

/// <summary>Represents what an administrator can do about a failed system call.</summary>
/// <param name="Cause">The cause in a few words, such as "CAP_NET_ADMIN is missing".</param>
/// <param name="Action">The next step as a sentence.</param>
public readonly record struct ErrnoAdvice(string Cause, string Action)
{
    /// <summary>The command that loads the kernel module.</summary>
    public const string LoadModule = "modprobe nf_conntrack_netlink";

    /// <summary>The command that lists the addresses of this host.</summary>
    internal const string ListAddresses = "ip -4 address";

    /// <summary>Returns the advice for a failure, or null if nothing is known about it.</summary>
    public static ErrnoAdvice? For(Exception failure) => failure switch
    {
        BindException bind => ForBind(bind),
        NetlinkException netlink => ForConntrack(netlink.Errno),
        LinuxException { Errno: Errno.EPERM } => new("a capability is missing", "Run the program as root."),
        LinuxException { Errno: Errno.EPROTONOSUPPORT or Errno.EAFNOSUPPORT } linux => ForConntrack(linux.Errno),
        LinuxException linux => ForDescriptors(linux.Errno),
        _ => null,
    };

    /// <summary>
    /// Returns the advice for a failed request to the conntrack table, or null if nothing is known about it.
    /// </summary>
    public static ErrnoAdvice? ForConntrack(Errno errno) => errno switch
    {
        Errno.EPERM => new(
            "CAP_NET_ADMIN is missing",
            "Run the program as root, or give it CAP_NET_ADMIN (setcap, AmbientCapabilities)."),
        Errno.EINVAL or Errno.EPROTONOSUPPORT => new(
            "the kernel module nf_conntrack_netlink is missing", $"Run '{LoadModule}'."),
        Errno.EAFNOSUPPORT => new(
            "AF_NETLINK sockets are not allowed", "Add AF_NETLINK to RestrictAddressFamilies= of the systemd unit."),
        Errno.ENOBUFS => new("answers of the kernel were lost", "Reduce the load of this host."),
        _ => ForDescriptors(errno),
    };

    /// <summary>Returns the advice if no file descriptor is left, or null.</summary>
    public static ErrnoAdvice? ForDescriptors(Errno errno) => errno switch
    {
        Errno.EMFILE => new("no file descriptor is left", "Raise the limit of open files (LimitNOFILE=, ulimit -n)."),
        Errno.ENFILE => new("no file descriptor is left on this host", "Raise fs.file-max with sysctl."),
        _ => null,
    };

    /// <summary>Returns the cause and the action as sentences.</summary>
    public override string ToString() => $"{char.ToUpperInvariant(Cause[0])}{Cause[1..]}. {Action}";

    private static ErrnoAdvice? ForBind(BindException bind) => bind.Errno switch
    {
        Errno.EADDRINUSE => new(
            "another program uses the port",
            $"Run '{ListProgram(bind)}' to find the program."),
        Errno.EADDRNOTAVAIL => new(
            "this host does not have the address", $"Run '{ListAddresses}' to list the addresses of this host."),
        Errno.EACCES => new(
            "CAP_NET_BIND_SERVICE is missing", "Run the program as root, or use a port from 1024 to 65535."),
        _ => null,
    };

    private static string ListProgram(BindException bind) =>
        $"ss -{(bind.Protocol == IPProtocol.Tcp ? 't' : 'u')}lpn sport = :{bind.EndPoint.Port}";
}
