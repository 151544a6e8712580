using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace ProxyHelper.Linux;

/// <summary>Descriptors that one thread waits for together (poll). Whoever makes it keeps them open as long as it is in use.</summary>
[SupportedOSPlatform("linux")]
internal sealed partial class PollSet
{
    private const short Input = 0x1; // POLLIN
    private const short Invalid = 0x20; // POLLNVAL

    private readonly Entry[] _entries;

    /// <summary>Makes the set; each descriptor is known by its place afterwards.</summary>
    public PollSet(params ReadOnlySpan<SafeHandle> descriptors)
    {
        _entries = new Entry[descriptors.Length];
        for (int i = 0; i < descriptors.Length; i++)
        {
            _entries[i] = new Entry { Descriptor = (int)descriptors[i].DangerousGetHandle(), Events = Input };
        }
    }

    /// <summary>Waits until at least one descriptor is ready.</summary>
    /// <param name="milliseconds">How long at most; -1 for as long as it takes.</param>
    /// <returns>Whether one is ready.</returns>
    /// <exception cref="LinuxException">A descriptor was closed under the set, or the kernel refused.</exception>
    public bool Wait(int milliseconds)
    {
        int ready;
        do
        {
            ready = PollCall(_entries, (nuint)_entries.Length, milliseconds);
        }
        while (ready < 0 && LinuxSocket.LastError() == Errno.EINTR);

        return ready < 0 ? throw new LinuxException("poll", LinuxSocket.LastError()) : ready > 0;
    }

    /// <summary>Whether the descriptor at a place has something to read, or an error to tell.</summary>
    /// <exception cref="LinuxException">The descriptor was closed under the set.</exception>
    public bool IsReady(int place)
    {
        short happened = _entries[place].Happened;
        return (happened & Invalid) == 0 ? happened != 0 : throw new LinuxException("poll", Errno.EINVAL, "the descriptor is closed");
    }

    /// <summary>Looks whether a descriptor was closed under the set, which <see cref="ReadyQueue"/> does not tell.</summary>
    /// <exception cref="LinuxException">One was.</exception>
    public void RequireOpen()
    {
        Wait(milliseconds: 0);
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
