using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ProxyHelper.TestSupport;

/// <summary>Replaces the kernel at the other end of a socket, and sends the answers of a test.</summary>
public sealed partial class StagedKernel : IDisposable
{
    private const int Unix = (int)AddressFamily.Unix; // equals AF_UNIX
    private const int NonBlockingDatagrams = 2 | 0x800 | 0x80000; // SOCK_DGRAM, SOCK_NONBLOCK, SOCK_CLOEXEC

    private readonly SafeFileHandle _kernel;

    private StagedKernel(SafeFileHandle kernel)
    {
        _kernel = kernel;
    }

    /// <summary>Replaces the other end of a socket. The kernel gets nothing from this socket any more.</summary>
    public static StagedKernel Behind(SafeHandle socket)
    {
        Span<int> pair = stackalloc int[2];
        if (PairCall(Unix, NonBlockingDatagrams, 0, pair) != 0)
        {
            throw new InvalidOperationException($"socketpair: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        Descriptor.Replace((int)socket.DangerousGetHandle(), pair[0]);
        Descriptor.Close(pair[0]);
        return new StagedKernel(new SafeFileHandle(pair[1], ownsHandle: true));
    }

    /// <summary>Sends a datagram, which the next read on the socket gets.</summary>
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
}
