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
        BindException bind => OperatingSystem.IsLinux() ? ForBind(bind) : ForPortableBind(bind),
        NetlinkException netlink => ForConntrack(netlink.Errno),
        LinuxException { Errno: Errno.EAGAIN, Call: LinuxException.ThreadCall } => new(
            "the limit of threads is reached",
            "Raise the limit of threads (TasksMax=, ulimit -u) before the program starts, or end processes of its "
                + "user."),
        LinuxException { Errno: Errno.EPERM } => new("a capability is missing", "Run the program as root."),
        LinuxException { Errno: Errno.EPROTONOSUPPORT or Errno.EAFNOSUPPORT } linux => ForConntrack(linux.Errno),
        LinuxException { Errno: Errno.EACCES } => new(
            "a security policy forbids the call",
            "Run 'journalctl -k --grep denied' to see the denials of AppArmor and SELinux. In a container, check its "
                + "seccomp profile."),
        LinuxException { Errno: Errno.EADDRNOTAVAIL } => new(
            "this host does not have the address", $"Run '{ListAddresses}' to list the addresses of this host."),
        LinuxException linux => ForResources(linux.Errno),
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
        Errno.EACCES => new(
            "a security policy forbids the call",
            "Run 'journalctl -k --grep denied' to see the denials of AppArmor and SELinux."),
        _ => ForResources(errno),
    };

    /// <summary>Returns the advice if file descriptors or memory are used up, or null.</summary>
    public static ErrnoAdvice? ForResources(Errno errno) => errno switch
    {
        Errno.EMFILE => new(
            "no file descriptor is left",
            "Raise the limit of open files (LimitNOFILE=, ulimit -n) before the program starts, or close files."),
        Errno.ENFILE => new(
            "no file descriptor is left on this host",
            "Run 'cat /proc/sys/fs/file-nr' to see the use, and raise the limit with 'sysctl -w fs.file-max=NUMBER'."),
        Errno.ENOMEM => new(
            "no memory is left",
            "Run 'free -m' to see the memory of this host. For a unit of systemd or a container, raise its limit "
                + "(MemoryMax=)."),
        Errno.ENOBUFS => new(
            "the kernel has no buffer memory left",
            "Run 'free -m' to see the memory of this host, and reduce its load."),
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

    private static ErrnoAdvice? ForPortableBind(BindException bind) => bind.Errno switch
    {
        Errno.EADDRINUSE => new(
            "another program uses the port", $"Run '{ListPortableProgram(bind)}' to find the program."),
        Errno.EADDRNOTAVAIL => new(
            "this host does not have the address",
            OperatingSystem.IsWindows()
                ? "Run 'Get-NetIPAddress -AddressFamily IPv4' to list the addresses of this host."
                : "Run 'ifconfig' to list the addresses of this host."),
        Errno.EACCES => new(
            "the system reserves the port",
            OperatingSystem.IsWindows()
                ? "Run 'netsh interface ipv4 show excludedportrange udp' to see reserved ports, or use another port."
                : "Run the program as root, or use a port from 1024 to 65535."),
        _ => null,
    };

    private static string ListPortableProgram(BindException bind)
    {
        bool isTcp = bind.Protocol == IPProtocol.Tcp;
        return OperatingSystem.IsWindows()
            ? $"{(isTcp ? "Get-NetTCPConnection" : "Get-NetUDPEndpoint")} -LocalPort {bind.EndPoint.Port}"
            : $"lsof -nP -i {(isTcp ? "TCP" : "UDP")}:{bind.EndPoint.Port}";
    }

    private static string ListProgram(BindException bind) =>
        $"ss -{(bind.Protocol == IPProtocol.Tcp ? 't' : 'u')}lpn sport = :{bind.EndPoint.Port}";
}
