using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace ProxyHelper.Linux;

/// <summary>
/// Represents descriptors that one thread waits for (epoll). The kernel queues the descriptors that are ready, so with
/// many descriptors a wait ends sooner than with <see cref="PollSet"/>, which checks each one. A closed descriptor is
/// not reported. A test replaces the queue.
/// </summary>
[SupportedOSPlatform("linux")]
internal partial class ReadyQueue : LinuxHandle
{
    private const int CloseOnExec = 0x80000; // EPOLL_CLOEXEC (linux/eventpoll.h)
    private const int AddOperation = 1; // EPOLL_CTL_ADD
    private const int ChangeOperation = 3; // EPOLL_CTL_MOD
    private const uint Input = 0x1; // EPOLLIN

    // struct epoll_event (linux/eventpoll.h): a mask and eight bytes for the caller. It is packed on x64 only.
    private static readonly int _placeOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int _eventSize = _placeOffset + sizeof(ulong);

    private byte[] _events = [];

    /// <summary>Opens a queue. Each descriptor is known by its place. The caller keeps the descriptors open.</summary>
    /// <exception cref="LinuxException">Thrown when the process has no free descriptor.</exception>
    public static ReadyQueue Create(params ReadOnlySpan<SafeHandle> descriptors)
    {
        ReadyQueue queue = CreateCall(CloseOnExec);
        if (queue.IsInvalid)
        {
            throw new LinuxException("epoll_create1", LastError());
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

    /// <summary>Adds a descriptor. Closing the descriptor removes it.</summary>
    /// <param name="descriptor">The descriptor.</param>
    /// <param name="place">The place of the descriptor. The place of a removed descriptor can be used again.</param>
    /// <exception cref="LinuxException">Thrown when the kernel refused.</exception>
    public virtual void Add(SafeHandle descriptor, int place)
    {
        Control(AddOperation, descriptor, place, Input);
        if (_events.Length < (place + 1) * _eventSize)
        {
            Array.Resize(ref _events, (place + 1) * _eventSize);
        }
    }

    /// <summary>
    /// Ignores a descriptor until <see cref="Resume"/>. Without this, a descriptor whose data cannot be taken would end
    /// each wait at once.
    /// </summary>
    public virtual void Suspend(SafeHandle descriptor, int place) =>
        Control(ChangeOperation, descriptor, place, events: 0);

    /// <summary>Waits again for a suspended descriptor.</summary>
    public virtual void Resume(SafeHandle descriptor, int place) => Control(ChangeOperation, descriptor, place, Input);

    /// <summary>Waits until at least one descriptor has data to read or an error.</summary>
    /// <param name="milliseconds">The longest time to wait.</param>
    /// <returns>The number of ready descriptors. <see cref="Place"/> returns their places.</returns>
    /// <exception cref="LinuxException">Thrown when the kernel refused.</exception>
    public virtual int Wait(int milliseconds)
    {
        int ready;
        do
        {
            ready = WaitCall(this, _events, _events.Length / _eventSize, milliseconds);
        }
        while (ready < 0 && LastError() == Errno.EINTR);

        return ready < 0 ? throw new LinuxException("epoll_wait", LastError()) : ready;
    }

    /// <summary>Returns the place of a ready descriptor.</summary>
    /// <param name="index">The index of the descriptor among the ready descriptors.</param>
    public virtual int Place(int index) => (int)BitConverter.ToUInt64(_events, (index * _eventSize) + _placeOffset);

    private void Control(int operation, SafeHandle descriptor, int place, uint events)
    {
        Span<byte> change = stackalloc byte[_eventSize];
        change.Clear();
        BitConverter.TryWriteBytes(change, events);
        BitConverter.TryWriteBytes(change[_placeOffset..], (ulong)place);
        Check(ControlCall(this, operation, descriptor, change), "epoll_ctl");
    }

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial ReadyQueue CreateCall(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int ControlCall(
        ReadyQueue queue, int operation, SafeHandle descriptor, ReadOnlySpan<byte> change);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int WaitCall(ReadyQueue queue, [Out] byte[] events, int count, int milliseconds);
}
