using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace ProxyHelper.Linux;

/// <summary>
/// Represents a signal (an eventfd) that one thread sets and another thread waits for, together with its sockets. A set
/// signal stays set until it is reset.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed partial class EventSignal : LinuxHandle
{
    private const int CloseOnExec = 0x80000; // EFD_CLOEXEC (linux/eventfd.h)
    private const int NonBlocking = 0x800; // EFD_NONBLOCK

    /// <summary>Opens a signal that is not set.</summary>
    /// <exception cref="LinuxException">Thrown when the process has no free descriptor.</exception>
    public static EventSignal Create()
    {
        EventSignal signal = EventCall(0, CloseOnExec | NonBlocking);
        return signal.IsInvalid ? throw new LinuxException("eventfd", LastError()) : signal;
    }

    /// <summary>Sets the signal and wakes all threads that poll it.</summary>
    // Fails only if the counter is full, and then the signal is set.
    public void Set() => WriteCall(this, 1, sizeof(ulong));

    /// <summary>Resets the signal. No other thread may wait for the signal.</summary>
    public void Reset() => ReadCall(this, out _, sizeof(ulong)); // EAGAIN if the signal is not set

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial EventSignal EventCall(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint WriteCall(EventSignal signal, in ulong value, nuint length);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint ReadCall(EventSignal signal, out ulong value, nuint length);
}
