using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace ProxyHelper.Linux.Programs;

/// <summary>Represents one end of a pipe.</summary>
[SupportedOSPlatform("linux")]
internal sealed partial class OutputPipe : LinuxHandle
{
    private const int CloseOnExec = 0x80000; // O_CLOEXEC (asm-generic/fcntl.h)

    private OutputPipe(int descriptor) => SetHandle(descriptor);

    /// <summary>Opens a pipe. Programs that this process starts get its ends only if they are given to them.</summary>
    /// <exception cref="LinuxException">Thrown when the process has no free descriptor.</exception>
    public static (OutputPipe Reader, OutputPipe Writer) Open()
    {
        Span<int> ends = stackalloc int[2];
        Check(PipeCall(ends, CloseOnExec), "pipe2");
        return (new OutputPipe(ends[0]), new OutputPipe(ends[1]));
    }

    /// <summary>Reads some bytes, and waits for them if the pipe is empty.</summary>
    /// <returns>The number of bytes, or 0 if the pipe is empty and no process can write to it.</returns>
    /// <exception cref="LinuxException">Thrown when the kernel refused.</exception>
    public int Read(Span<byte> buffer)
    {
        nint result;
        do
        {
            result = ReadCall(this, buffer, (nuint)buffer.Length);
        }
        while (result < 0 && LastError() == Errno.EINTR);

        Check((int)result, "read the output of a program");
        return (int)result;
    }

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    private static partial int PipeCall(Span<int> ends, int flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadCall(OutputPipe pipe, Span<byte> buffer, nuint length);
}
