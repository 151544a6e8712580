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
    private const int ChangeOperation = 3; // EPOLL_CTL_MOD
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

        try
        {
            for (int place = 0; place < descriptors.Length; place++)
            {
                queue.Add(descriptors[place], place);
            }
        }
        catch
        {
            queue.Dispose();
            throw;
        }

        return queue;
    }

    /// <summary>Waits for one more descriptor. When it is closed it leaves by itself.</summary>
    /// <param name="descriptor">The descriptor.</param>
    /// <param name="place">What it is known by; that of one that has left may be given again.</param>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public void Add(SafeHandle descriptor, int place)
    {
        Control(AddOperation, descriptor, place, Input);
        if (_events.Length < (place + 1) * _eventSize)
        {
            Array.Resize(ref _events, (place + 1) * _eventSize);
        }
    }

    /// <summary>Does not wait for a descriptor until it is resumed: one that has something which cannot be taken would wake at once, again and again.</summary>
    public void Suspend(SafeHandle descriptor, int place) => Control(ChangeOperation, descriptor, place, events: 0);

    /// <summary>Waits again for a descriptor that was suspended.</summary>
    public void Resume(SafeHandle descriptor, int place) => Control(ChangeOperation, descriptor, place, Input);

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

    private void Control(int operation, SafeHandle descriptor, int place, uint events)
    {
        Span<byte> wanted = stackalloc byte[_eventSize];
        wanted.Clear();
        BitConverter.TryWriteBytes(wanted, events);
        BitConverter.TryWriteBytes(wanted[_placeOffset..], (ulong)place);
        if (ControlCall(this, operation, descriptor, wanted) < 0)
        {
            throw new LinuxException("epoll_ctl", LinuxSocket.LastError());
        }
    }

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial ReadyQueue CreateCall(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int ControlCall(ReadyQueue queue, int operation, SafeHandle descriptor, ReadOnlySpan<byte> wanted);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int WaitCall(ReadyQueue queue, [Out] byte[] events, int count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseCall(int descriptor);
}
