using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ProxyHelper.TestSupport;

/// <summary>Stands where the kernel was at the other end of a socket, and answers what a test says.</summary>
public sealed partial class StagedKernel : IDisposable
{
    private const int Unix = 1; // AF_UNIX
    private const int NonBlockingDatagrams = 2 | 0x800 | 0x80000; // SOCK_DGRAM, SOCK_NONBLOCK, SOCK_CLOEXEC

    private readonly SafeFileHandle _kernel;

    private StagedKernel(SafeFileHandle kernel)
    {
        _kernel = kernel;
    }

    /// <summary>Takes the place of a socket's other end; the real one hears nothing of it any more.</summary>
    public static StagedKernel Behind(SafeHandle socket)
    {
        Span<int> pair = stackalloc int[2];
        if (PairCall(Unix, NonBlockingDatagrams, 0, pair) != 0 || DuplicateCall(pair[0], (int)socket.DangerousGetHandle()) < 0 || CloseCall(pair[0]) != 0)
        {
            throw new InvalidOperationException($"socketpair: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        return new StagedKernel(new SafeFileHandle(pair[1], ownsHandle: true));
    }

    /// <summary>Has a datagram ready for whoever reads next.</summary>
    public void Answer(byte[] datagram)
    {
        if (SendCall(_kernel, datagram, (nuint)datagram.Length, 0) != datagram.Length)
        {
            throw new InvalidOperationException($"send: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _kernel.Dispose();

    [LibraryImport("libc", EntryPoint = "socketpair", SetLastError = true)]
    private static partial int PairCall(int family, int type, int protocol, Span<int> pair);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint SendCall(SafeFileHandle socket, ReadOnlySpan<byte> data, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    private static partial int DuplicateCall(int descriptor, int place);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int CloseCall(int descriptor);
}
