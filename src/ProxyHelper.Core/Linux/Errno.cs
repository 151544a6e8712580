namespace ProxyHelper.Linux;

/// <summary>The error numbers of Linux that this project tells apart (asm-generic/errno.h; x64 and arm64 alike), by their kernel names.</summary>
public enum Errno
{
    /// <summary>No error.</summary>
    None = 0,

    /// <summary>Operation not permitted: to netlink, CAP_NET_ADMIN is missing.</summary>
    EPERM = 1,

    /// <summary>No such entry.</summary>
    ENOENT = 2,

    /// <summary>A signal arrived first; the call is repeated.</summary>
    EINTR = 4,

    /// <summary>Nothing to read, or no room to write, just now.</summary>
    EAGAIN = 11,

    /// <summary>No memory.</summary>
    ENOMEM = 12,

    /// <summary>Permission denied: to bind, CAP_NET_BIND_SERVICE is missing.</summary>
    EACCES = 13,

    /// <summary>Invalid argument: to netlink also the answer when nf_conntrack_netlink is not loaded.</summary>
    EINVAL = 22,

    /// <summary>The whole system has no descriptor left.</summary>
    ENFILE = 23,

    /// <summary>The process has no descriptor left.</summary>
    EMFILE = 24,

    /// <summary>A message, or a netlink answer, that is not of the form agreed on.</summary>
    EBADMSG = 74,

    /// <summary>The descriptor is no socket.</summary>
    ENOTSOCK = 88,

    /// <summary>A message longer than the buffer it was read into.</summary>
    EMSGSIZE = 90,

    /// <summary>The protocol is not there: the kernel has no nfnetlink.</summary>
    EPROTONOSUPPORT = 93,

    /// <summary>The operation is not supported.</summary>
    EOPNOTSUPP = 95,

    /// <summary>The address family is not there, or this process may not use it.</summary>
    EAFNOSUPPORT = 97,

    /// <summary>The address and port are in use.</summary>
    EADDRINUSE = 98,

    /// <summary>The address is not one of this machine.</summary>
    EADDRNOTAVAIL = 99,

    /// <summary>No buffer space: to netlink, answers were lost because they were not read in time.</summary>
    ENOBUFS = 105,

    /// <summary>No answer in the time given.</summary>
    ETIMEDOUT = 110,
}
