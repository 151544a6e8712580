using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace ProxyHelper.Linux;

/// <summary>
/// Descriptors that one thread waits for together, of which the kernel keeps those in line that have something (epoll). With many
/// descriptors it wakes sooner than <see cref="PollSet"/>, which asks each of them; but of one that was closed it says nothing.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed partial class ReadyQueue : SafeHandleMinusOneIsInvalid
{
    private const int CloseOnExec = 0x80000; // EPOLL_CLOEXEC
    private const int AddOperation = 1; // EPOLL_CTL_ADD
    private const uint Input = 0x1; // EPOLLIN

    // struct epoll_event (linux/eventpoll.h): a mask and eight bytes of the caller's, packed on x64 alone.
    private static readonly int _placeOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int _eventSize = _placeOffset + sizeof(ulong);

    private byte[] _events = [];

    /// <summary>For the marshaller alone.</summary>
    public ReadyQueue()
        : base(ownsHandle: true)
    {
    }

    /// <summary>Makes the queue; each descriptor is known by its place afterwards. Whoever made them keeps them open.</summary>
    /// <exception cref="LinuxException">The process has no descriptor left.</exception>
    public static ReadyQueue Create(params ReadOnlySpan<SafeHandle> descriptors)
    {
        ReadyQueue queue = CreateCall(CloseOnExec);
        if (queue.IsInvalid)
        {
            throw new LinuxException("epoll_create1", LinuxSocket.LastError());
        }

        queue._events = new byte[descriptors.Length * _eventSize];
        for (int place = 0; place < descriptors.Length; place++)
        {
            Span<byte> wanted = queue._events.AsSpan(0, _eventSize);
            BitConverter.TryWriteBytes(wanted, Input);
            BitConverter.TryWriteBytes(wanted[_placeOffset..], (ulong)place);
            if (ControlCall(queue, AddOperation, descriptors[place], wanted) < 0)
            {
                var failure = new LinuxException("epoll_ctl", LinuxSocket.LastError());
                queue.Dispose();
                throw failure;
            }
        }

        return queue;
    }

    /// <summary>Waits until at least one descriptor has something to read, or an error to tell.</summary>
    /// <param name="milliseconds">How long at most.</param>
    /// <returns>How many have; <see cref="Place"/> says which.</returns>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public int Wait(int milliseconds)
    {
        int ready;
        do
        {
            ready = WaitCall(this, _events, _events.Length / _eventSize, milliseconds);
        }
        while (ready < 0 && LinuxSocket.LastError() == Errno.EINTR);

        return ready < 0 ? throw new LinuxException("epoll_wait", LinuxSocket.LastError()) : ready;
    }

    /// <summary>The place of the descriptor that is the <paramref name="index"/>th of those that are ready.</summary>
    public int Place(int index) => (int)BitConverter.ToUInt64(_events, (index * _eventSize) + _placeOffset);

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => CloseCall((int)handle) == 0;

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial ReadyQueue CreateCall(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int ControlCall(ReadyQueue queue, int operation, SafeHandle descriptor, ReadOnlySpan<byte> wanted);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int WaitCall(ReadyQueue queue, [Out] byte[] events, int count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseCall(int descriptor);
}
