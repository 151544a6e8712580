using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;
using ProxyHelper.Addresses;

namespace ProxyHelper.Linux;

/// <summary>
/// A socket of any family, netlink's among them, which System.Net.Sockets does not have. It stays in the network namespace of
/// the thread that opened it. It never blocks: reads and writes that would wait return at once.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe partial class LinuxSocket : SafeHandleMinusOneIsInvalid
{
    private const int CloseOnExec = 0x80000; // SOCK_CLOEXEC
    private const int NonBlocking = 0x800; // SOCK_NONBLOCK

    private const int NoSignal = 0x4000; // MSG_NOSIGNAL: a broken connection is an error number, not a SIGPIPE

    /// <summary>Room for any address used here: sockaddr_in (16 bytes) and sockaddr_nl (12). A sockaddr_in6 would not fit.</summary>
    public const int AddressSize = 16;

    /// <summary>For the marshaller alone.</summary>
    public LinuxSocket()
        : base(ownsHandle: true)
    {
    }

    /// <summary>Opens a socket. The numbers are those of socket(2).</summary>
    /// <exception cref="LinuxException">The kernel refused, such as with EPROTONOSUPPORT or EAFNOSUPPORT.</exception>
    public static LinuxSocket Open(int family, int type, int protocol, string what)
    {
        LinuxSocket socket = SocketCall(family, type | CloseOnExec | NonBlocking, protocol);
        if (!socket.IsInvalid)
        {
            return socket;
        }

        var failure = new LinuxException($"open {what}", LastError());
        socket.Dispose();
        throw failure;
    }

    /// <summary>Takes over a socket that this process was given; programs that it starts do not get it, and it does not block.</summary>
    /// <exception cref="LinuxException">There is no such descriptor, or it is no socket.</exception>
    public static LinuxSocket Adopt(int descriptor)
    {
        const int setDescriptorFlags = 2, setStatusFlags = 4, closeOnExec = 1; // F_SETFD, F_SETFL, FD_CLOEXEC (linux/fcntl.h)
        var socket = new LinuxSocket();
        socket.SetHandle(descriptor);
        try
        {
            Span<byte> address = stackalloc byte[AddressSize];
            socket.ReadLocalAddress(address); // ENOTSOCK where it is none
            Check(ControlCall(socket, setDescriptorFlags, closeOnExec), "set FD_CLOEXEC");
            Check(ControlCall(socket, setStatusFlags, NonBlocking), "set O_NONBLOCK");
            return socket;
        }
        catch
        {
            socket.SetHandleAsInvalid(); // it is somebody else's
            throw;
        }
    }

    /// <summary>Reads an option whose value is an int.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public int ReadOption(int level, int option, string what)
    {
        int length = sizeof(int);
        Check(GetOptionCall(this, level, option, out int value, ref length), $"read {what}");
        return value;
    }

    /// <summary>Binds to an address in the kernel's own form.</summary>
    /// <exception cref="LinuxException">Such as with EADDRINUSE, EADDRNOTAVAIL or EACCES.</exception>
    public void Bind(ReadOnlySpan<byte> address, string what) => Check(BindCall(this, address, address.Length), $"bind {what}");

    /// <summary>Fixes the peer: only it can be heard then.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public void Connect(ReadOnlySpan<byte> address, string what) => Check(ConnectCall(this, address, address.Length), $"connect {what}");

    /// <summary>Sets an option whose value is an int.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public void SetOption(int level, int option, int value, string what) =>
        Check(SetOptionCall(this, level, option, in value, sizeof(int)), $"set {what}");

    /// <summary>
    /// Lets a program choose which of the sockets that share an address and port (SO_REUSEPORT) gets a datagram: it returns the
    /// socket's place in the order in which they were bound.
    /// </summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public void ChooseBy(PacketFilter filter)
    {
        const int socketLevel = 1, attachSelection = 51; // SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF
        ReadOnlySpan<PacketFilter.Instruction> instructions = filter.Instructions;
        fixed (PacketFilter.Instruction* first = instructions)
        {
            var program = new FilterProgram { Length = (ushort)instructions.Length, First = first };
            Check(SetFilterCall(this, socketLevel, attachSelection, in program, sizeof(FilterProgram)), "set SO_ATTACH_REUSEPORT_CBPF");
        }
    }

    /// <summary>
    /// Sets the size of the receive buffer, past the system's limit (net.core.rmem_max) where CAP_NET_ADMIN allows it.
    /// </summary>
    /// <param name="bytes">The size in bytes; the kernel doubles it for its own book-keeping.</param>
    public void SetReceiveBuffer(int bytes)
    {
        const int socketLevel = 1, force = 33, polite = 8; // SOL_SOCKET, SO_RCVBUFFORCE, SO_RCVBUF
        if (SetOptionCall(this, socketLevel, force, in bytes, sizeof(int)) < 0)
        {
            SetOption(socketLevel, polite, bytes, "SO_RCVBUF");
        }
    }

    /// <summary>Writes the address that the socket is bound to into <paramref name="address"/>.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public void ReadLocalAddress(Span<byte> address)
    {
        int length = address.Length;
        Check(GetNameCall(this, address, ref length), "read the local address");
    }

    /// <summary>Returns the address in a struct sockaddr_in (family, port, address).</summary>
    public static IPv4Address IPv4AddressIn(ReadOnlySpan<byte> socketAddress) => IPv4Address.FromBytes(socketAddress.Slice(4, IPv4Address.Size));

    /// <summary>Lets a bound TCP socket take connections.</summary>
    /// <param name="backlog">How many may wait to be accepted.</param>
    /// <param name="what">What it is, for messages.</param>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public void Listen(int backlog, string what) => Check(ListenCall(this, backlog), $"listen on {what}");

    /// <summary>Takes the connection that has waited longest.</summary>
    /// <param name="peer">Receives the peer's address; <see cref="AddressSize"/> bytes.</param>
    /// <returns>Its socket, or null when none waits.</returns>
    /// <exception cref="LinuxException">None can be taken, such as with EMFILE: then it goes on waiting.</exception>
    public LinuxSocket? Accept(Span<byte> peer)
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

    /// <summary>Reads what has come from the connected peer.</summary>
    /// <param name="buffer">Receives it.</param>
    /// <param name="received">How many bytes that is; 0 when the peer sends no more.</param>
    /// <returns>False when nothing has come yet.</returns>
    /// <exception cref="LinuxException">The connection is broken, such as with ECONNRESET.</exception>
    public bool TryReceive(Span<byte> buffer, out int received)
    {
        nint result;
        do
        {
            result = ReceiveCall(this, buffer, (nuint)buffer.Length, 0);
        }
        while (result < 0 && LastError() == Errno.EINTR);

        received = (int)Math.Max(0, result);
        return result >= 0 || (LastError() == Errno.EAGAIN ? false : throw new LinuxException("receive from a connection", LastError()));
    }

    /// <summary>Tells the peer that nothing more will come. It can still be heard.</summary>
    /// <exception cref="LinuxException">The connection is broken.</exception>
    public void EndSending()
    {
        const int sending = 1; // SHUT_WR
        Check(ShutdownCall(this, sending), "end sending");
    }

    /// <summary>Sends one datagram to the connected peer, or over TCP some bytes for which there is room.</summary>
    /// <exception cref="LinuxException">It was not taken whole.</exception>
    public void Send(ReadOnlySpan<byte> datagram, string what)
    {
        nint sent;
        do
        {
            sent = SendCall(this, datagram, (nuint)datagram.Length, NoSignal);
        }
        while (sent < 0 && LastError() == Errno.EINTR);

        if (sent != datagram.Length)
        {
            throw new LinuxException($"send {what}", sent < 0 ? LastError() : Errno.EMSGSIZE);
        }
    }

    /// <summary>The error number of this thread's last system call.</summary>
    internal static Errno LastError() => (Errno)Marshal.GetLastPInvokeError();

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => CloseCall((int)handle) == 0;

    private static void Check(int result, string call)
    {
        if (result < 0)
        {
            throw new LinuxException(call, LastError());
        }
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial LinuxSocket SocketCall(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static partial int BindCall(LinuxSocket socket, ReadOnlySpan<byte> address, int length);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    private static partial int ConnectCall(LinuxSocket socket, ReadOnlySpan<byte> address, int length);

    [LibraryImport("libc", EntryPoint = "listen", SetLastError = true)]
    private static partial int ListenCall(LinuxSocket socket, int backlog);

    // An int: glibc leaves the upper half of a handle undefined, so that a handle of -1 would not be seen to be one.
    [LibraryImport("libc", EntryPoint = "accept4", SetLastError = true)]
    private static partial int AcceptCall(LinuxSocket socket, Span<byte> address, ref int length, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint ReceiveCall(LinuxSocket socket, Span<byte> buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "shutdown", SetLastError = true)]
    private static partial int ShutdownCall(LinuxSocket socket, int how);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetOptionCall(LinuxSocket socket, int level, int option, in int value, int length);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetFilterCall(LinuxSocket socket, int level, int option, in FilterProgram value, int length);

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    private static partial int GetOptionCall(LinuxSocket socket, int level, int option, out int value, ref int length);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int ControlCall(LinuxSocket socket, int command, int argument);

    [LibraryImport("libc", EntryPoint = "getsockname", SetLastError = true)]
    private static partial int GetNameCall(LinuxSocket socket, Span<byte> address, ref int length);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint SendCall(LinuxSocket socket, ReadOnlySpan<byte> data, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseCall(int descriptor);

    /// <summary>struct sock_fprog (linux/filter.h).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct FilterProgram
    {
        public ushort Length;
        public PacketFilter.Instruction* First;
    }
}
