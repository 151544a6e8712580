using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace ProxyHelper.Linux.Streams;

/// <summary>
/// Represents descriptors that one thread waits for (epoll, edge-triggered). A descriptor is added once. It is reported
/// when something arrives or room to write appears, and not again until more does: its user reads and writes until the
/// kernel says EAGAIN, or remembers that it did not. Closing a descriptor removes it.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed partial class EdgeQueue : LinuxHandle
{
    private const int MaxEvents = 512; // that one wait returns
    private const int CloseOnExec = 0x80000; // EPOLL_CLOEXEC (linux/eventpoll.h)
    private const int AddOperation = 1; // EPOLL_CTL_ADD
    private const uint EdgeTriggered = 1u << 31; // EPOLLET

    // struct epoll_event (linux/eventpoll.h): a mask and eight bytes for the caller. It is packed on x64 only.
    private static readonly int _keyOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int _eventSize = _keyOffset + sizeof(ulong);

    private readonly byte[] _events = new byte[MaxEvents * _eventSize];

    /// <summary>Opens a queue.</summary>
    /// <exception cref="LinuxException">Thrown when the process has no free descriptor.</exception>
    public static EdgeQueue Create()
    {
        EdgeQueue queue = CreateCall(CloseOnExec);
        return queue.IsInvalid ? throw new LinuxException("epoll_create1", LastError()) : queue;
    }

    /// <summary>Adds a descriptor that is waited for until it has data to read.</summary>
    /// <param name="descriptor">The descriptor.</param>
    /// <param name="key">The number that its events have.</param>
    /// <exception cref="LinuxException">Thrown when the kernel refused.</exception>
    public void Add(SafeHandle descriptor, ulong key)
    {
        Span<byte> change = stackalloc byte[_eventSize];
        WriteEvent(change, EdgeEvents.Input, key);
        Check(ControlCall(this, AddOperation, descriptor, change), "epoll_ctl");
    }

    /// <summary>Adds a stream socket that is waited for in both directions.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="key">The number that its events have.</param>
    /// <returns>The error, such as ENOMEM.</returns>
    public Errno Add(StreamDescriptor socket, ulong key)
    {
        const EdgeEvents events = EdgeEvents.Input | EdgeEvents.Output | EdgeEvents.Urgent | EdgeEvents.PeerEnded;
        Span<byte> change = stackalloc byte[_eventSize];
        WriteEvent(change, events, key);
        return StreamControlCall((int)handle, AddOperation, socket.Number, change) < 0 ? LastError() : Errno.None;
    }

    /// <summary>Waits until at least one descriptor has an event.</summary>
    /// <param name="milliseconds">The longest time to wait.</param>
    /// <returns>The number of events. <see cref="Key"/> and <see cref="Events"/> return them.</returns>
    /// <exception cref="LinuxException">Thrown when the kernel refused.</exception>
    public int Wait(int milliseconds)
    {
        int ready = WaitCall((int)handle, _events, MaxEvents, milliseconds);
        return ready >= 0 ? ready
            : LastError() == Errno.EINTR ? 0
            : throw new LinuxException("epoll_wait", LastError());
    }

    /// <summary>Returns the key of an event.</summary>
    public ulong Key(int index) => BitConverter.ToUInt64(_events, (index * _eventSize) + _keyOffset);

    /// <summary>Returns what happened.</summary>
    public EdgeEvents Events(int index) => (EdgeEvents)BitConverter.ToUInt32(_events, index * _eventSize);

    private static void WriteEvent(Span<byte> change, EdgeEvents events, ulong key)
    {
        change.Clear();
        BitConverter.TryWriteBytes(change, (uint)events | EdgeTriggered);
        BitConverter.TryWriteBytes(change[_keyOffset..], key);
    }

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial EdgeQueue CreateCall(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int ControlCall(
        EdgeQueue queue, int operation, SafeHandle descriptor, ReadOnlySpan<byte> change);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int StreamControlCall(int queue, int operation, int descriptor, ReadOnlySpan<byte> change);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int WaitCall(int queue, [Out] byte[] events, int count, int milliseconds);
}

/// <summary>Specifies what happened to a descriptor (linux/eventpoll.h).</summary>
[Flags]
internal enum EdgeEvents : uint
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>There are data to read, or a connection to accept (EPOLLIN).</summary>
    Input = 0x1,

    /// <summary>There are urgent data (EPOLLPRI).</summary>
    Urgent = 0x2,

    /// <summary>There is room to write (EPOLLOUT).</summary>
    Output = 0x4,

    /// <summary>The connection has an error, such as a reset (EPOLLERR).</summary>
    Error = 0x8,

    /// <summary>Both directions have ended (EPOLLHUP).</summary>
    BothEnded = 0x10,

    /// <summary>The peer has ended sending (EPOLLRDHUP).</summary>
    PeerEnded = 0x2000,
}
