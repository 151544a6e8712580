using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace ProxyHelper.Linux;

/// <summary>Writes to the standard output or to the standard error.</summary>
[SupportedOSPlatform("linux")]
internal sealed partial class StandardStream
{
    private readonly int _descriptor;
    private readonly string _name;

    private StandardStream(int descriptor, string name)
    {
        _descriptor = descriptor;
        _name = name;
    }

    /// <summary>Gets the standard output.</summary>
    public static StandardStream Output { get; } = new(1, "the standard output");

    /// <summary>Gets the standard error.</summary>
    public static StandardStream Error { get; } = new(2, "the standard error");

    /// <summary>Writes bytes. The call waits while a pipe or a terminal has no room for them.</summary>
    /// <exception cref="LinuxException">Thrown when the write failed, such as with ENOSPC or EPIPE.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (TryWrite(bytes) < bytes.Length)
        {
            throw new LinuxException($"write {_name}", LinuxHandle.LastError());
        }
    }

    /// <summary>Writes bytes as <see cref="Write"/> does, and does not throw.</summary>
    /// <returns>The number of bytes that were written. It is lower than asked if the write failed.</returns>
    public int TryWrite(ReadOnlySpan<byte> bytes)
    {
        int written = 0;
        while (written < bytes.Length)
        {
            nint result = WriteCall(_descriptor, bytes[written..], (nuint)(bytes.Length - written));
            if (result < 0 && !CanRepeat(LinuxHandle.LastError()))
            {
                break;
            }

            written += Math.Max(0, (int)result);
        }

        return written;
    }

    private bool CanRepeat(Errno errno)
    {
        if (errno == Errno.EAGAIN)
        {
            // Another program made the stream non-blocking.
            using var stream = new SafeFileHandle(_descriptor, ownsHandle: false);
            return PollSet.ForOutput(stream).Wait(milliseconds: -1);
        }

        return errno == Errno.EINTR;
    }

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteCall(int descriptor, ReadOnlySpan<byte> bytes, nuint length);
}
