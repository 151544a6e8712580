using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace ProxyHelper.Linux.Streams;

/// <summary>
/// Represents a pipe that moves bytes from one socket to another in the kernel (splice), so that no byte is copied into
/// this process. No call waits.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe partial class BytePipe : IDisposable
{
    /// <summary>The number of bytes that a pipe moves at once.</summary>
    public const int Size = 256 * 1024;

    private const int CloseOnExec = 0x80000; // O_CLOEXEC (asm-generic/fcntl.h)
    private const int NonBlocking = 0x800; // O_NONBLOCK
    private const int SetSize = 1031; // F_SETPIPE_SZ (linux/fcntl.h)
    private const uint Move = 1; // SPLICE_F_MOVE (linux/splice.h)
    private const uint DoNotWait = 2; // SPLICE_F_NONBLOCK

    private readonly int _output;
    private readonly int _input;

    private BytePipe(int output, int input)
    {
        _output = output;
        _input = input;
    }

    /// <summary>Gets the number of bytes in the pipe.</summary>
    public int Count { get; private set; }

    /// <summary>Opens a pipe, or returns null if the process has no free descriptor.</summary>
    public static BytePipe? Open()
    {
        int* ends = stackalloc int[2];
        if (PipeCall(ends, CloseOnExec | NonBlocking) < 0)
        {
            return null;
        }

        // Fails if the user's pipes have too many pages (fs.pipe-user-pages-soft). The pipe is then smaller.
        _ = SizeCall(ends[1], SetSize, Size);
        return new BytePipe(ends[0], ends[1]);
    }

    /// <summary>Moves bytes from a socket into the pipe, which must be empty.</summary>
    /// <returns>
    /// The number of bytes; 0 when the peer has ended sending or has sent urgent data; the negative error number when
    /// the call failed.
    /// </returns>
    public int Fill(StreamDescriptor source)
    {
        nint moved = SpliceCall(source.Number, null, _input, null, Size, Move | DoNotWait);
        Count = (int)Math.Max(0, moved);
        return StreamDescriptor.Result(moved);
    }

    /// <summary>Moves bytes from the pipe to a socket.</summary>
    /// <returns>The number of bytes; the negative error number when the call failed.</returns>
    public int Empty(StreamDescriptor target)
    {
        nint moved = SpliceCall(_output, null, target.Number, null, (nuint)Count, Move | DoNotWait);
        Count -= (int)Math.Max(0, moved);
        return StreamDescriptor.Result(moved);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        LinuxHandle.Close(_output);
        LinuxHandle.Close(_input);
    }

    [LibraryImport("libc", EntryPoint = "pipe2")]
    private static partial int PipeCall(int* ends, int flags);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int SizeCall(int pipe, int command, int size);

    [LibraryImport("libc", EntryPoint = "splice", SetLastError = true)]
    private static partial nint SpliceCall(
        int from, long* fromOffset, int to, long* toOffset, nuint length, uint flags);
}
