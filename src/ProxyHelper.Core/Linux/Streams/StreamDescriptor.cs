using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace ProxyHelper.Linux.Streams;

/// <summary>
/// Represents a stream socket by its descriptor alone. A relay has many of them and calls them often, so the type has
/// no finalizer, throws no exception and counts no references: its owner closes it exactly once. No call waits.
/// </summary>
[SupportedOSPlatform("linux")]
internal readonly partial struct StreamDescriptor
{
    /// <summary>The result of a call that would have to wait.</summary>
    public const int WouldBlock = -(int)Errno.EAGAIN;

    private const int CloseOnExec = 0x80000; // SOCK_CLOEXEC (bits/socket_type.h)
    private const int NonBlocking = 0x800; // SOCK_NONBLOCK
    private const int NoSignal = 0x4000; // MSG_NOSIGNAL (linux/socket.h): a broken connection causes no SIGPIPE
    private const int SendingEnd = 1; // SHUT_WR (bits/socket.h)
    private const int DuplicateCommand = 1030; // F_DUPFD_CLOEXEC (linux/fcntl.h)
    private const int ErrorOption = 4; // SO_ERROR (asm-generic/socket.h)
    private const int LingerOption = 13; // SO_LINGER (asm-generic/socket.h)

    private readonly int _next; // the number + 1, so that the default is no descriptor

    /// <summary>Makes the value for an open descriptor.</summary>
    private StreamDescriptor(int number)
    {
        _next = number + 1;
    }

    /// <summary>Gets whether the value is a descriptor.</summary>
    public bool IsOpen => _next > 0;

    /// <summary>Gets the number of the descriptor.</summary>
    internal int Number => _next - 1;

    /// <summary>Opens a socket.</summary>
    /// <param name="kind">The kind of the socket.</param>
    /// <param name="socket">The socket.</param>
    /// <returns>The error, such as EMFILE.</returns>
    public static Errno Open(SocketKind kind, out StreamDescriptor socket) =>
        Result(SocketCall(kind.Family, kind.Type | CloseOnExec | NonBlocking, kind.Protocol), out socket);

    /// <summary>Returns another descriptor for an open file. Programs that this process starts do not get it.</summary>
    /// <exception cref="LinuxException">Thrown when the descriptor is closed, or no descriptor is free.</exception>
    public static int Duplicate(int descriptor)
    {
        int copy = DuplicateCall(descriptor, DuplicateCommand, 0);
        LinuxHandle.Check(copy, $"use descriptor {descriptor}");
        return copy;
    }

    /// <summary>Accepts the connection that has waited longest.</summary>
    /// <param name="listener">The socket that accepts connections.</param>
    /// <param name="peer">Receives the address of the peer; <see cref="LinuxSocket.AddressSize"/> bytes.</param>
    /// <param name="socket">The socket of the connection.</param>
    /// <returns>The error: EAGAIN when no connection waits.</returns>
    public static Errno Accept(LinuxSocket listener, Span<byte> peer, out StreamDescriptor socket)
    {
        int length = peer.Length;
        return Result(AcceptCall(listener, peer, ref length, CloseOnExec | NonBlocking), out socket);
    }

    /// <summary>Begins to connect.</summary>
    /// <param name="address">The address in the form of the kernel.</param>
    /// <returns>
    /// The error. EINPROGRESS: the connection will be open, or have an error, later. EAGAIN: too many connections wait
    /// for a Unix socket.
    /// </returns>
    public Errno Connect(ReadOnlySpan<byte> address) =>
        ConnectCall(Number, address, address.Length) < 0 ? LinuxHandle.LastError() : Errno.None;

    /// <summary>Receives bytes.</summary>
    /// <returns>
    /// The number of bytes; 0 when the peer has ended sending; the negative error number when the call failed.
    /// </returns>
    public int Receive(Span<byte> buffer) => Result(ReceiveCall(Number, buffer, (nuint)buffer.Length, 0));

    /// <summary>Sends the bytes that fit into the send buffer.</summary>
    /// <returns>The number of bytes; the negative error number when the call failed.</returns>
    public int Send(ReadOnlySpan<byte> bytes) => Result(SendCall(Number, bytes, (nuint)bytes.Length, NoSignal));

    /// <summary>Ends sending. An error is found by the next call.</summary>
    public void EndSending() => _ = ShutdownCall(Number, SendingEnd);

    /// <summary>Sets an option. A socket that cannot have the option stays as it is.</summary>
    public void SetOption(SocketOption option, int value) =>
        _ = OptionCall(Number, option.Level, option.Number, value, sizeof(int));

    /// <summary>Writes the address that the socket is bound to, in the form of the kernel.</summary>
    public Errno ReadLocalAddress(Span<byte> address)
    {
        int length = address.Length;
        return NameCall(Number, address, ref length) < 0 ? LinuxHandle.LastError() : Errno.None;
    }

    /// <summary>Reads and removes the error of the socket, such as that of a connect that has failed.</summary>
    public Errno ReadError()
    {
        int length = sizeof(int);
        return ErrorCall(Number, SocketOption.SocketLevel, ErrorOption, out int error, ref length) < 0
            ? LinuxHandle.LastError()
            : (Errno)error;
    }

    /// <summary>Closes the socket. The kernel still sends what the send buffer contains.</summary>
    public void Close() => LinuxHandle.Close(Number);

    /// <summary>
    /// Resets the connection and closes the socket. A Unix socket has no reset: its peer sees the end of the
    /// connection.
    /// </summary>
    public void Reset()
    {
        var linger = new Linger { IsOn = 1, Seconds = 0 };
        _ = LingerCall(Number, SocketOption.SocketLevel, LingerOption, linger, sizeof(int) * 2);
        Close();
    }

    /// <summary>Returns the result of a call, or the negative error number.</summary>
    internal static int Result(nint result) => result < 0 ? -(int)LinuxHandle.LastError() : (int)result;

    private static Errno Result(int number, out StreamDescriptor socket)
    {
        socket = number < 0 ? default : new StreamDescriptor(number);
        return number < 0 ? LinuxHandle.LastError() : Errno.None;
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int SocketCall(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int DuplicateCall(int descriptor, int command, int lowest);

    [LibraryImport("libc", EntryPoint = "accept4", SetLastError = true)]
    private static partial int AcceptCall(LinuxSocket socket, Span<byte> address, ref int length, int flags);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    private static partial int ConnectCall(int socket, ReadOnlySpan<byte> address, int length);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint ReceiveCall(int socket, Span<byte> buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint SendCall(int socket, ReadOnlySpan<byte> data, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "shutdown")]
    private static partial int ShutdownCall(int socket, int how);

    [LibraryImport("libc", EntryPoint = "setsockopt")]
    private static partial int OptionCall(int socket, int level, int option, in int value, int length);

    [LibraryImport("libc", EntryPoint = "setsockopt")]
    private static partial int LingerCall(int socket, int level, int option, in Linger value, int length);

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    private static partial int ErrorCall(int socket, int level, int option, out int value, ref int length);

    [LibraryImport("libc", EntryPoint = "getsockname", SetLastError = true)]
    private static partial int NameCall(int socket, Span<byte> address, ref int length);

    /// <summary>struct linger (linux/socket.h).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Linger
    {
        public int IsOn;
        public int Seconds;
    }
}
