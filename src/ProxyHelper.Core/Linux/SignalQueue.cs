using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace ProxyHelper.Linux;

/// <summary>
/// Represents the queue of signals that all threads of this process hold back (signalfd). Held signals neither
/// interrupt nor end the process, and wait until they are taken.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed partial class SignalQueue : LinuxHandle
{
    private const int CloseOnExec = 0x80000; // SFD_CLOEXEC (linux/signalfd.h)
    private const int NonBlocking = 0x800; // SFD_NONBLOCK
    private const int Unblock = 1; // SIG_UNBLOCK (asm-generic/signal-defs.h)
    private const int InfoSize = 128; // struct signalfd_siginfo, which starts with the number of the signal
    private const int SetSize = 128; // sigset_t of the C library

    /// <summary>Opens a queue of some signals.</summary>
    /// <exception cref="LinuxException">Thrown when the process has no free descriptor.</exception>
    public static SignalQueue Open(params ReadOnlySpan<int> signals)
    {
        SignalQueue queue = QueueCall(-1, SetOf(signals), CloseOnExec | NonBlocking);
        return queue.IsInvalid ? throw new LinuxException("signalfd", LastError()) : queue;
    }

    /// <summary>Lets signals have their usual effect on the calling thread and on the threads that it starts.</summary>
    public static void Release(params ReadOnlySpan<int> signals) => MaskCall(Unblock, SetOf(signals), 0);

    /// <summary>Takes the next signal.</summary>
    /// <returns>The number of the signal, or null if no signal waits.</returns>
    public int? TryTake()
    {
        Span<byte> info = stackalloc byte[InfoSize];
        return ReadCall(this, info, InfoSize) == InfoSize ? MemoryMarshal.Read<int>(info) : null;
    }

    private static byte[] SetOf(ReadOnlySpan<int> signals)
    {
        byte[] set = new byte[SetSize];
        foreach (int signal in signals)
        {
            set[(signal - 1) / 8] |= (byte)(1 << ((signal - 1) % 8)); // the order of the bits on little-endian hosts
        }

        return set;
    }

    [LibraryImport("libc", EntryPoint = "signalfd", SetLastError = true)]
    private static partial SignalQueue QueueCall(int descriptor, byte[] set, int flags);

    [LibraryImport("libc", EntryPoint = "pthread_sigmask")]
    private static partial int MaskCall(int how, byte[] set, nint previous);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint ReadCall(SignalQueue queue, Span<byte> info, nuint length);
}
