using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace ProxyHelper.Linux;

/// <summary>Represents what the kernel says about a file (statx(2)).</summary>
/// <param name="Mode">The type and the permissions: st_mode.</param>
/// <param name="Owner">The user who owns the file.</param>
/// <param name="Links">The number of names of the file.</param>
/// <param name="Size">The size in bytes.</param>
/// <param name="Modified">The time of the last write, in nanoseconds since 1970.</param>
/// <param name="Changed">The time of the last change of the file or its name, in nanoseconds since 1970.</param>
/// <param name="Identity">The number of the file. No other file has this number while the file is open.</param>
[SupportedOSPlatform("linux")]
internal readonly partial record struct FileState(
    int Mode, uint Owner, uint Links, long Size, long Modified, long Changed, FileIdentity Identity)
{
    private const int CurrentFolder = -100; // AT_FDCWD (linux/fcntl.h)
    private const int NoFollow = 0x100; // AT_SYMLINK_NOFOLLOW
    private const int EffectiveUser = 0x200; // AT_EACCESS
    private const int EmptyPath = 0x1000; // AT_EMPTY_PATH
    private const uint BasicStatistics = 0x7ff; // STATX_BASIC_STATS (linux/stat.h)
    private const int StatusSize = 256; // struct statx
    private const int FileSystemSize = 120; // struct statfs (asm-generic/statfs.h)
    private const int TypeMask = 0xf000; // S_IFMT
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>Gets the time of the last write, in seconds since 1970.</summary>
    public long ModifiedAt => Modified / NanosecondsPerSecond;

    /// <summary>Gets whether the file is a regular file.</summary>
    public bool IsRegular => (Mode & TypeMask) == 0x8000; // S_IFREG

    /// <summary>Gets whether the file is a folder.</summary>
    public bool IsFolder => (Mode & TypeMask) == 0x4000; // S_IFDIR

    /// <summary>Gets the permissions.</summary>
    public UnixFileMode Permissions => (UnixFileMode)(Mode & 0xfff);

    /// <summary>Gets the type of the file as a noun with its article.</summary>
    public string Kind => (Mode & TypeMask) switch
    {
        0x8000 => "a regular file",
        0x4000 => "a folder",
        0xa000 => "a symbolic link", // S_IFLNK
        0x1000 => "a FIFO", // S_IFIFO
        0xc000 => "a socket", // S_IFSOCK
        _ => "a device",
    };

    /// <summary>Reads the state of the file with a path. The file is not opened.</summary>
    /// <returns>None, or the error number, such as ENOENT.</returns>
    public static Errno TryRead(string path, bool followLink, out FileState state) =>
        TryRead(CurrentFolder, path, followLink ? 0 : NoFollow, out state);

    /// <summary>Reads the state of an open file.</summary>
    /// <exception cref="LinuxException">Thrown when the kernel refused.</exception>
    public static FileState Read(SafeFileHandle file)
    {
        Errno errno = TryRead((int)file.DangerousGetHandle(), string.Empty, EmptyPath, out FileState state);
        return errno == Errno.None ? state : throw new LinuxException("statx", errno);
    }

    /// <summary>Returns whether this process may write to a file, or add files to a folder.</summary>
    public static Errno TestWriting(string path, bool isFolder)
    {
        const int execute = 1, write = 2, read = 4; // X_OK, W_OK and R_OK (unistd.h)
        int wanted = isFolder ? write | execute : write | read;
        return AccessCall(CurrentFolder, path, wanted, EffectiveUser) < 0 ? LinuxHandle.LastError() : Errno.None;
    }

    /// <summary>
    /// Returns whether the files of a file system are settings and states of the kernel, such as in /proc and /sys.
    /// Such a file system has no blocks. A tmpfs without a limit has none either, but it stores files.
    /// </summary>
    public static bool IsOfKernel(string path)
    {
        const long tmpfs = 0x01021994, ramfs = 0x858458f6, efivarfs = 0xde5e81e4; // linux/magic.h
        Span<byte> status = stackalloc byte[FileSystemSize];
        if (FileSystemCall(path, status) < 0)
        {
            return false; // the next call on the path reports the failure
        }

        long type = Read<long>(status, 0), blocks = Read<long>(status, 16);
        return type == efivarfs || (blocks == 0 && type is not (tmpfs or ramfs));
    }

    private static Errno TryRead(int folder, string path, int flags, out FileState state)
    {
        Span<byte> status = stackalloc byte[StatusSize];
        state = default;
        if (StatusCall(folder, path, flags, BasicStatistics, status) < 0)
        {
            return LinuxHandle.LastError();
        }

        state = new FileState(
            Mode: Read<ushort>(status, 28),
            Owner: Read<uint>(status, 20),
            Links: Read<uint>(status, 16),
            Size: Read<long>(status, 40),
            Modified: ReadTime(status, 112),
            Changed: ReadTime(status, 96),
            new FileIdentity(Read<ulong>(status, 32), Read<uint>(status, 136), Read<uint>(status, 140)));
        return Errno.None;
    }

    private static long ReadTime(ReadOnlySpan<byte> status, int offset) =>
        (Read<long>(status, offset) * NanosecondsPerSecond) + Read<uint>(status, offset + 8);

    private static T Read<T>(ReadOnlySpan<byte> status, int offset)
        where T : struct => MemoryMarshal.Read<T>(status[offset..]);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatusCall(int folder, string path, int flags, uint mask, Span<byte> status);

    [LibraryImport("libc", EntryPoint = "statfs", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int FileSystemCall(string path, Span<byte> status);

    [LibraryImport("libc", EntryPoint = "faccessat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AccessCall(int folder, string path, int mode, int flags);
}

/// <summary>Represents the number of a file: its inode and the device of its file system.</summary>
internal readonly record struct FileIdentity(ulong Inode, uint DeviceMajor, uint DeviceMinor);
