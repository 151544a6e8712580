using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace ProxyHelper.Linux;

/// <summary>
/// Represents a socket of any family, also of netlink, which System.Net.Sockets does not have. The socket stays in the
/// network namespace of the thread that opened it. It never blocks: a read or write that would wait returns at once. A
/// test that replaces the kernel overrides the calls of a running server.
/// </summary>
[SupportedOSPlatform("linux")]
internal unsafe partial class LinuxSocket : LinuxHandle
{
    /// <summary>
    /// The size of a buffer for each address that is used here: sockaddr_in (16 bytes) and sockaddr_nl (12).
    /// </summary>
    public const int AddressSize = 16; // too small for sockaddr_in6

    private const int CloseOnExec = 0x80000; // SOCK_CLOEXEC (bits/socket_type.h)
    private const int NonBlocking = 0x800; // SOCK_NONBLOCK and O_NONBLOCK
    private const int NoSignal = 0x4000; // MSG_NOSIGNAL (linux/socket.h): a broken connection causes no SIGPIPE
    private const int SendingEnd = 1; // SHUT_WR (bits/socket.h)
    private const int SetDescriptorFlags = 2; // F_SETFD (linux/fcntl.h)
    private const int SetStatusFlags = 4; // F_SETFL
    private const int CloseOnExecFlag = 1; // FD_CLOEXEC

    /// <summary>Opens a socket.</summary>
    /// <exception cref="LinuxException">Thrown when the kernel refused, such as with EAFNOSUPPORT.</exception>
    public static LinuxSocket Open(SocketKind kind)
    {
        LinuxSocket socket = SocketCall(kind.Family, kind.Type | CloseOnExec | NonBlocking, kind.Protocol);
        if (!socket.IsInvalid)
        {
            return socket;
        }

        var failure = new LinuxException($"open {kind.Name}", LastError());
        socket.Dispose();
        throw failure;
    }

    /// <summary>
    /// Adopts an inherited socket. Programs that this process starts do not get the socket, and it does not block.
    /// </summary>
    /// <exception cref="LinuxException">Thrown when the descriptor is closed or is not a socket.</exception>
    public static LinuxSocket Adopt(int descriptor)
    {
        var socket = new LinuxSocket();
        socket.SetHandle(descriptor);
        try
        {
            Span<byte> address = stackalloc byte[AddressSize];
            socket.ReadLocalAddress(address); // ENOTSOCK if the descriptor is not a socket
            Check(ControlCall(socket, SetDescriptorFlags, CloseOnExecFlag), "set FD_CLOEXEC");
            Check(ControlCall(socket, SetStatusFlags, NonBlocking), "set O_NONBLOCK");
            return socket;
        }
        catch
        {
            socket.SetHandleAsInvalid(); // the descriptor belongs to other code
            throw;
        }
    }

    /// <summary>Reads an option.</summary>
    /// <exception cref="LinuxException">Thrown when the kernel refused.</exception>
    public int ReadOption(SocketOption option)
    {
        int length = sizeof(int);
        Check(GetOptionCall(this, option.Level, option.Number, out int value, ref length), $"read {option.Name}");
        return value;
    }

    /// <summary>Sets an option.</summary>
    /// <exception cref="LinuxException">Thrown when the kernel refused.</exception>
    public virtual void SetOption(SocketOption option, int value) => SetOption(option, &value, sizeof(int));

    /// <summary>
    /// Lets a packet filter choose which of the sockets that share an address and port receives a datagram. The filter
    /// returns the place of the socket in the order in which the sockets were bound.
    /// </summary>
    /// <exception cref="LinuxException">Thrown when the kernel refused.</exception>
    public void ChooseBy(PacketFilter filter)
    {
        ReadOnlySpan<PacketFilter.Instruction> instructions = filter.Instructions;
        fixed (PacketFilter.Instruction* first = instructions)
        {
            var program = new PacketFilter.Program { Length = (ushort)instructions.Length, First = first };
            SetOption(SocketOption.PortSelection, &program, sizeof(PacketFilter.Program));
        }
    }

    /// <summary>
    /// Sets the size of the receive buffer. With CAP_NET_ADMIN, the size may exceed the limit of the system
    /// (net.core.rmem_max).
    /// </summary>
    /// <param name="bytes">The size in bytes. The kernel doubles it for its own data.</param>
    public void SetReceiveBuffer(int bytes)
    {
        SocketOption force = SocketOption.ReceiveBufferForce;
        if (SetOptionCall(this, force.Level, force.Number, &bytes, sizeof(int)) < 0)
        {
            SetOption(SocketOption.ReceiveBuffer, bytes);
        }
    }

    /// <summary>Binds the socket to an address in the form of the kernel.</summary>
    /// <param name="address">The address.</param>
    /// <param name="name">The address in messages.</param>
    /// <exception cref="LinuxException">Thrown when the kernel refused, such as with EADDRINUSE or EACCES.</exception>
    public void Bind(ReadOnlySpan<byte> address, string name) =>
        Check(BindCall(this, address, address.Length), $"bind {name}");

    /// <summary>Connects the socket to a peer. The socket then receives only from that peer.</summary>
    /// <param name="address">The address of the peer in the form of the kernel.</param>
    /// <param name="name">The peer in messages.</param>
    /// <exception cref="LinuxException">Thrown when the kernel refused.</exception>
    public void Connect(ReadOnlySpan<byte> address, string name) =>
        Check(ConnectCall(this, address, address.Length), $"connect {name}");

    /// <summary>Writes the address that the socket is bound to, in the form of the kernel.</summary>
    /// <exception cref="LinuxException">Thrown when the kernel refused.</exception>
    public virtual void ReadLocalAddress(Span<byte> address)
    {
        int length = address.Length;
        Check(GetNameCall(this, address, ref length), "read the local address");
    }

    /// <summary>Makes a bound TCP socket listen for connections.</summary>
    /// <param name="backlog">The largest number of connections that wait to be accepted.</param>
    /// <param name="name">The socket in messages.</param>
    /// <exception cref="LinuxException">Thrown when the kernel refused.</exception>
    public void Listen(int backlog, string name) => Check(ListenCall(this, backlog), $"listen on {name}");

    /// <summary>Accepts the connection that has waited longest.</summary>
    /// <param name="peer">Receives the address of the peer; <see cref="AddressSize"/> bytes.</param>
    /// <returns>The socket of the connection, or null when no connection waits.</returns>
    /// <exception cref="LinuxException">Thrown when a waiting connection cannot be accepted (EMFILE).</exception>
    public virtual LinuxSocket? Accept(Span<byte> peer)
    {
        int descriptor;
        do
        {
            int length = peer.Length;
            descriptor = AcceptCall(this, peer, ref length, CloseOnExec | NonBlocking);
        }
        while (descriptor < 0 && LastError() == Errno.EINTR);

        if (descriptor < 0)
        {
            return LastError() == Errno.EAGAIN ? null : throw new LinuxException("accept a connection", LastError());
        }

        var socket = new LinuxSocket();
        socket.SetHandle(descriptor);
        return socket;
    }

    /// <summary>Receives bytes from the connected peer.</summary>
    /// <param name="buffer">Receives the bytes.</param>
    /// <param name="received">The number of bytes; 0 when the peer has ended sending.</param>
    /// <returns>False when no bytes have arrived.</returns>
    /// <exception cref="LinuxException">Thrown when the connection is broken, such as with ECONNRESET.</exception>
    public virtual bool TryReceive(Span<byte> buffer, out int received)
    {
        nint result;
        do
        {
            result = ReceiveCall(this, buffer, (nuint)buffer.Length, 0);
        }
        while (result < 0 && LastError() == Errno.EINTR);

        received = (int)Math.Max(0, result);
        return result >= 0
            || (LastError() == Errno.EAGAIN
                ? false
                : throw new LinuxException("receive from a connection", LastError()));
    }

    /// <summary>Ends sending. The socket can still receive.</summary>
    /// <exception cref="LinuxException">Thrown when the connection is broken.</exception>
    public virtual void EndSending() => Check(ShutdownCall(this, SendingEnd), "end sending");

    /// <summary>
    /// Sends one datagram to the connected peer, or over TCP some bytes that fit into the send buffer.
    /// </summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="name">The bytes in messages.</param>
    /// <exception cref="LinuxException">Thrown when the kernel did not take all bytes.</exception>
    public virtual void Send(ReadOnlySpan<byte> bytes, string name)
    {
        nint sent;
        do
        {
            sent = SendCall(this, bytes, (nuint)bytes.Length, NoSignal);
        }
        while (sent < 0 && LastError() == Errno.EINTR);

        if (sent != bytes.Length)
        {
            throw new LinuxException($"send {name}", sent < 0 ? LastError() : Errno.EMSGSIZE);
        }
    }

    /// <summary>Calls recvmmsg for a <see cref="MessageBatch"/>, which makes the headers.</summary>
    internal virtual int ReceiveMany(void* headers, uint count) => MessageBatch.ReceiveCall(this, headers, count);

    /// <summary>Calls sendmmsg for a <see cref="MessageBatch"/>, which makes the headers.</summary>
    internal virtual int SendMany(void* headers, uint count) => MessageBatch.SendCall(this, headers, count);

    private void SetOption(SocketOption option, void* value, int length) =>
        Check(SetOptionCall(this, option.Level, option.Number, value, length), $"set {option.Name}");

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial LinuxSocket SocketCall(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static partial int BindCall(LinuxSocket socket, ReadOnlySpan<byte> address, int length);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    private static partial int ConnectCall(LinuxSocket socket, ReadOnlySpan<byte> address, int length);

    [LibraryImport("libc", EntryPoint = "listen", SetLastError = true)]
    private static partial int ListenCall(LinuxSocket socket, int backlog);

    // Returns an int: glibc leaves the upper half of a handle undefined, so -1 could not be recognized in a handle.
    [LibraryImport("libc", EntryPoint = "accept4", SetLastError = true)]
    private static partial int AcceptCall(LinuxSocket socket, Span<byte> address, ref int length, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint ReceiveCall(LinuxSocket socket, Span<byte> buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "shutdown", SetLastError = true)]
    private static partial int ShutdownCall(LinuxSocket socket, int how);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetOptionCall(LinuxSocket socket, int level, int option, void* value, int length);

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    private static partial int GetOptionCall(LinuxSocket socket, int level, int option, out int value, ref int length);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int ControlCall(LinuxSocket socket, int command, int argument);

    [LibraryImport("libc", EntryPoint = "getsockname", SetLastError = true)]
    private static partial int GetNameCall(LinuxSocket socket, Span<byte> address, ref int length);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint SendCall(LinuxSocket socket, ReadOnlySpan<byte> data, nuint length, int flags);
}
