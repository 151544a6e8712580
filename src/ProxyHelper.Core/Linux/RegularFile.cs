using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace ProxyHelper.Linux;

/// <summary>
/// Opens files that must be regular files. The kernel opens a FIFO only when another process opens its other end, and a
/// device can act when it is opened. Both must not happen because of a wrong path.
/// </summary>
internal static partial class RegularFile
{
    private const int ReadOnly = 0, ReadWrite = 2, Create = 0x40, Exclusive = 0x80; // O_* (asm-generic/fcntl.h)
    private const int NoTerminal = 0x100, NonBlocking = 0x800, CloseOnExec = 0x80000;
    private const int DefaultBuffer = 4096;

    // O_NOFOLLOW is one of the few flags that differ between the processors.
    private static readonly int _noFollow =
        RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x8000 : 0x20000;

    /// <summary>Opens a file for reading. A symbolic link is followed.</summary>
    /// <exception cref="IOException">Thrown when the file cannot be opened, or is not a regular file.</exception>
    /// <exception cref="UnauthorizedAccessException">Thrown when this process may not read the file.</exception>
#pragma warning disable CA2000 // the stream disposes of the file
    public static FileStream OpenRead(string path) => OperatingSystem.IsLinux()
        ? new FileStream(Open(path), FileAccess.Read, DefaultBuffer)
        : File.OpenRead(path);
#pragma warning restore CA2000

    /// <summary>Opens a file for reading and writing, if it exists. A symbolic link is not followed.</summary>
    /// <returns>The file, or null if there is no file, or a symbolic link, at the path now.</returns>
    /// <exception cref="IOException">Thrown when the file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">Thrown when this process may not write to the file.</exception>
    [SupportedOSPlatform("linux")]
    public static SafeFileHandle? TryOpenWrite(string path)
    {
        SafeFileHandle file = Call(path, ReadWrite | _noFollow, mode: 0, out Errno errno);
        return errno is Errno.ENOENT or Errno.ELOOP ? null : Checked(file, path, errno);
    }

    /// <summary>Creates a file for reading and writing.</summary>
    /// <returns>The file, or null if there is a file at the path now.</returns>
    /// <exception cref="IOException">Thrown when the file cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">Thrown when this process may not create the file.</exception>
    [SupportedOSPlatform("linux")]
    public static SafeFileHandle? TryCreate(string path, UnixFileMode mode)
    {
        SafeFileHandle file = Call(path, ReadWrite | Create | Exclusive | _noFollow, mode, out Errno errno);
        return errno == Errno.EEXIST ? null : Checked(file, path, errno);
    }

    /// <summary>Opens a file for reading only if it is a regular file now.</summary>
    [SupportedOSPlatform("linux")]
    private static SafeFileHandle Open(string path)
    {
        if (FileState.TryRead(path, followLink: true, out FileState state) == Errno.None)
        {
            Require(state, path); // a FIFO or a device is not even opened
        }

        SafeFileHandle file = Checked(Call(path, ReadOnly, mode: 0, out Errno errno), path, errno);
        try
        {
            Require(FileState.Read(file), path);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    [SupportedOSPlatform("linux")]
    private static void Require(FileState state, string path)
    {
        if (!state.IsRegular)
        {
            throw new IOException($"{path} is {state.Kind}, not a regular file.");
        }
    }

    [SupportedOSPlatform("linux")]
    private static SafeFileHandle Call(string path, int flags, UnixFileMode mode, out Errno errno)
    {
        if (path.Contains('\0', StringComparison.Ordinal))
        {
            throw new IOException("The path contains a NUL character."); // the kernel would take the part before it
        }

        SafeFileHandle file;
        do
        {
            file = OpenCall(path, flags | CloseOnExec | NonBlocking | NoTerminal, (int)mode);
            errno = file.IsInvalid ? LinuxHandle.LastError() : Errno.None;
        }
        while (errno == Errno.EINTR);

        return file;
    }

    [SupportedOSPlatform("linux")]
    private static SafeFileHandle Checked(SafeFileHandle file, string path, Errno errno) => errno switch
    {
        Errno.None => file,
        Errno.ENOENT when Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))) =>
            throw new FileNotFoundException($"Could not find file '{path}'.", path),
        Errno.ENOENT => throw new DirectoryNotFoundException($"Could not find a part of the path '{path}'."),
        Errno.EACCES => throw new UnauthorizedAccessException($"Access to the path '{path}' is denied."),
        _ => throw new LinuxException($"open {path}", errno),
    };

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle OpenCall(string path, int flags, int mode);
}
