namespace ProxyHelper.Linux;

/// <summary>
/// Specifies an error number of Linux by its kernel name (asm-generic/errno-base.h, asm-generic/errno.h; the same on
/// x64 and arm64). Only the numbers that this library distinguishes have names.
/// </summary>
public enum Errno
{
    /// <summary>No error.</summary>
    None = 0,

    /// <summary>Operation not permitted. For netlink, CAP_NET_ADMIN is missing.</summary>
    EPERM = 1,

    /// <summary>The entry, file or user does not exist.</summary>
    ENOENT = 2,

    /// <summary>The process does not exist.</summary>
    ESRCH = 3,

    /// <summary>A signal arrived first. The call is repeated.</summary>
    EINTR = 4,

    /// <summary>An error that has no closer number.</summary>
    EIO = 5,

    /// <summary>The descriptor is closed, or is open for the other direction only.</summary>
    EBADF = 9,

    /// <summary>There are no data to read, or there is no room to write, at this moment.</summary>
    EAGAIN = 11,

    /// <summary>There is no memory.</summary>
    ENOMEM = 12,

    /// <summary>Permission denied. For bind, CAP_NET_BIND_SERVICE is missing.</summary>
    EACCES = 13,

    /// <summary>The file exists already.</summary>
    EEXIST = 17,

    /// <summary>Invalid argument. Netlink also returns this if nf_conntrack_netlink is not loaded.</summary>
    EINVAL = 22,

    /// <summary>The system has no free descriptor.</summary>
    ENFILE = 23,

    /// <summary>The process has no free descriptor.</summary>
    EMFILE = 24,

    /// <summary>The disk is full.</summary>
    ENOSPC = 28,

    /// <summary>The reader of a pipe has closed it.</summary>
    EPIPE = 32,

    /// <summary>A path has too many symbolic links, or one where none is allowed.</summary>
    ELOOP = 40,

    /// <summary>The file does not have the attribute.</summary>
    ENODATA = 61,

    /// <summary>A message, or a netlink answer, does not have the expected form.</summary>
    EBADMSG = 74,

    /// <summary>The descriptor is not a socket.</summary>
    ENOTSOCK = 88,

    /// <summary>A message is longer than its buffer.</summary>
    EMSGSIZE = 90,

    /// <summary>The protocol is not supported. For netlink, the kernel has no nfnetlink.</summary>
    EPROTONOSUPPORT = 93,

    /// <summary>The operation is not supported.</summary>
    EOPNOTSUPP = 95,

    /// <summary>The address family is not supported, or this process may not use it.</summary>
    EAFNOSUPPORT = 97,

    /// <summary>The address and port are in use.</summary>
    EADDRINUSE = 98,

    /// <summary>The address is not an address of this host.</summary>
    EADDRNOTAVAIL = 99,

    /// <summary>The network cannot be reached: there is no route.</summary>
    ENETUNREACH = 101,

    /// <summary>The peer reset a connection before it was accepted.</summary>
    ECONNABORTED = 103,

    /// <summary>The peer reset the connection.</summary>
    ECONNRESET = 104,

    /// <summary>No buffer space. For netlink, answers were lost because they were not read in time.</summary>
    ENOBUFS = 105,

    /// <summary>No answer arrived in time.</summary>
    ETIMEDOUT = 110,

    /// <summary>No program receives at the address.</summary>
    ECONNREFUSED = 111,

    /// <summary>The host cannot be reached.</summary>
    EHOSTUNREACH = 113,

    /// <summary>The connection is not open yet. Its end, or an error, comes later.</summary>
    EINPROGRESS = 115,
}
