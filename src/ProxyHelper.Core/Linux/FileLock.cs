using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace ProxyHelper.Linux;

/// <summary>
/// Locks open files (F_OFD_SETLK). The lock belongs to the open file, and not to the process. The lock also keeps out
/// other code of this process, and ends when the file is closed.
/// </summary>
[SupportedOSPlatform("linux")]
internal static partial class FileLock
{
    private const int ReadLock = 36, SetLock = 37; // F_OFD_GETLK, F_OFD_SETLK (asm-generic/fcntl.h)
    private const short WriteType = 1, NoType = 2; // F_WRLCK, F_UNLCK

    /// <summary>Locks a file that is open for writing.</summary>
    /// <returns>False when the file is locked already.</returns>
    /// <exception cref="LinuxException">Thrown when the file system has no locks.</exception>
    public static bool TryLock(SafeFileHandle file)
    {
        var wanted = new Range { Type = WriteType };
        if (ControlCall(file, SetLock, ref wanted) >= 0)
        {
            return true;
        }

        return LinuxHandle.LastError() is Errno.EAGAIN or Errno.EACCES
            ? false
            : throw new LinuxException("lock a file", LinuxHandle.LastError());
    }

    /// <summary>Returns whether a file is locked. The file may be open for reading only.</summary>
    /// <exception cref="LinuxException">Thrown when the file system has no locks.</exception>
    public static bool IsLocked(SafeFileHandle file)
    {
        var wanted = new Range { Type = WriteType };
        LinuxHandle.Check(ControlCall(file, ReadLock, ref wanted), "read the lock of a file");
        return wanted.Type != NoType;
    }

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int ControlCall(SafeFileHandle file, int command, ref Range range);

    /// <summary>struct flock (asm-generic/fcntl.h). A length of 0 is the whole file.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Range
    {
        public short Type;
        public short Origin; // SEEK_SET is 0: the offset counts from the start of the file
        public long Start;
        public long Length;
        public int Process;
    }
}
