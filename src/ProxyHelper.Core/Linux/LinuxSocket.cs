using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

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

    /// <summary>Sends one datagram to the connected peer.</summary>
    /// <exception cref="LinuxException">It was not taken whole.</exception>
    public void Send(ReadOnlySpan<byte> datagram, string what)
    {
        nint sent;
        do
        {
            sent = SendCall(this, datagram, (nuint)datagram.Length, 0);
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

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetOptionCall(LinuxSocket socket, int level, int option, in int value, int length);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetFilterCall(LinuxSocket socket, int level, int option, in FilterProgram value, int length);

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
