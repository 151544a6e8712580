using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace ProxyHelper.Linux;

/// <summary>A signal that one thread sets and another waits for beside its sockets: an eventfd. Once set, it stays set.</summary>
[SupportedOSPlatform("linux")]
internal sealed partial class EventSignal : SafeHandleMinusOneIsInvalid
{
    private const int CloseOnExecAndNonBlocking = 0x80000 | 0x800; // EFD_CLOEXEC, EFD_NONBLOCK

    /// <summary>For the marshaller alone.</summary>
    public EventSignal()
        : base(ownsHandle: true)
    {
    }

    /// <summary>Makes a signal that is not set.</summary>
    /// <exception cref="LinuxException">The process has no descriptor left.</exception>
    public static EventSignal Create()
    {
        EventSignal signal = EventCall(0, CloseOnExecAndNonBlocking);
        return signal.IsInvalid ? throw new LinuxException("eventfd", LinuxSocket.LastError()) : signal;
    }

    /// <summary>Sets the signal; whoever polls it wakes.</summary>
    public void Set() => WriteCall(this, 1, sizeof(ulong)); // can only fail when the counter is full, and then it is set

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => CloseCall((int)handle) == 0;

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial EventSignal EventCall(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint WriteCall(EventSignal signal, in ulong value, nuint length);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseCall(int descriptor);
}
