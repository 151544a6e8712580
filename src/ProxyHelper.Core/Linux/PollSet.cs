using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace ProxyHelper.Linux;

/// <summary>
/// Represents descriptors that one thread waits for (poll). The caller keeps the descriptors open while the set is
/// used.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed partial class PollSet
{
    private const short Input = 0x1; // POLLIN (asm-generic/poll.h)
    private const short Output = 0x4; // POLLOUT
    private const short Invalid = 0x20; // POLLNVAL
    private const int PauseMilliseconds = 10;

    private readonly Entry[] _entries;

    /// <summary>Makes a set. Each descriptor is known by its place.</summary>
    public PollSet(params ReadOnlySpan<SafeHandle> descriptors)
    {
        _entries = new Entry[descriptors.Length];
        for (int i = 0; i < descriptors.Length; i++)
        {
            _entries[i] = new Entry { Descriptor = (int)descriptors[i].DangerousGetHandle(), Events = Input };
        }
    }

    /// <summary>Makes a set of one descriptor that must have room to write, and of others with data to read.</summary>
    public static PollSet ForOutput(SafeHandle output, params ReadOnlySpan<SafeHandle> inputs)
    {
        var set = new PollSet([output, .. inputs]);
        set._entries[0].Events = Output;
        return set;
    }

    /// <summary>Waits until at least one descriptor is ready.</summary>
    /// <param name="milliseconds">The longest time to wait; -1 for no limit.</param>
    /// <returns>False when the time ended first.</returns>
    /// <exception cref="LinuxException">Thrown when the kernel refused.</exception>
    public bool Wait(int milliseconds)
    {
        while (true)
        {
            int ready = PollCall(_entries, (nuint)_entries.Length, milliseconds);
            if (ready >= 0)
            {
                return ready > 0;
            }

            Errno errno = LinuxHandle.LastError();
            bool hasNoMemory = errno is Errno.ENOMEM or Errno.EAGAIN;
            if (errno != Errno.EINTR && (!hasNoMemory || milliseconds == 0))
            {
                throw new LinuxException("poll", errno);
            }

            if (hasNoMemory)
            {
                // The kernel needs memory for many descriptors only. A call without any is a pause.
                _ = PollCall([], 0, PauseMilliseconds);
                milliseconds = milliseconds < 0 ? milliseconds : Math.Max(0, milliseconds - PauseMilliseconds);
            }
        }
    }

    /// <summary>Returns a value indicating whether the descriptor at a place is ready or has an error.</summary>
    /// <exception cref="LinuxException">Thrown when the descriptor is closed.</exception>
    public bool IsReady(int place)
    {
        short happened = _entries[place].Happened;
        return (happened & Invalid) == 0
            ? happened != 0
            : throw new LinuxException("poll", Errno.EINVAL, "the descriptor is closed");
    }

    /// <summary>Checks that all descriptors are open, which <see cref="ReadyQueue"/> does not do.</summary>
    /// <exception cref="LinuxException">Thrown when a descriptor is closed.</exception>
    public void RequireOpen()
    {
        try
        {
            Wait(milliseconds: 0);
        }
        catch (LinuxException failure) when (failure.Errno is Errno.ENOMEM or Errno.EAGAIN)
        {
            return; // the kernel has no memory for the check at this moment, so the next check decides
        }

        for (int place = 0; place < _entries.Length; place++)
        {
            IsReady(place);
        }
    }

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int PollCall([In, Out] Entry[] entries, nuint count, int milliseconds);

    /// <summary>struct pollfd (poll.h).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Entry
    {
        public int Descriptor;
        public short Events;
        public short Happened;
    }
}
