using System.Globalization;
using System.Runtime.Versioning;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ProxyHelper.Linux;

/// <summary>
/// Represents a file with the number of this process, for init scripts. The process locks the file while it runs. If
/// the file exists, it must be an old PID file. An old PID file is a regular file with one name on an ordinary file
/// system, and belongs to this user or to root. It is empty, or all users can read it and it has the number of a
/// process that has ended. Every other file stays as it is.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class PidFile : IDisposable
{
    private const int MaxAttempts = 100;

    private const UnixFileMode Mode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly SafeFileHandle _file;
    private bool _isDisposed;

    private PidFile(string path, SafeFileHandle file)
    {
        FullName = path;
        _file = file;
    }

    internal string FullName { get; }

    /// <summary>Writes the file. An old PID file of a process that has ended is replaced.</summary>
    /// <exception cref="IOException">
    /// Thrown when the file cannot be written, is not a PID file, or belongs to a running process.
    /// </exception>
    /// <exception cref="UnauthorizedAccessException">Thrown when this process may not write the file.</exception>
    public static PidFile Create(string path)
    {
        string full = Path.GetFullPath(path); // the folder of the process can change while the file exists
        for (int attempt = 0; attempt < MaxAttempts; attempt++)
        {
            PidFile? file = TryCreate(full);
            if (file is not null)
            {
                return file;
            }
        }

        throw new IOException($"Other programs create and remove {full} again and again.");
    }

    /// <summary>Checks that <see cref="Create"/> would succeed. The check changes nothing.</summary>
    /// <exception cref="IOException">
    /// Thrown when the file cannot be written, is not a PID file, or belongs to a running process.
    /// </exception>
    /// <exception cref="UnauthorizedAccessException">Thrown when this process may not write the file.</exception>
    public static void Check(string path)
    {
        string full = Path.GetFullPath(path), folder = FolderOf(full);
        bool exists = FileState.TryRead(full, followLink: false, out FileState state) == Errno.None;
        if (exists)
        {
            OldPidFile.RequirePlain(state, full);
            using FileStream file = RegularFile.OpenRead(full);
            OldPidFile.RequireUnused(file.SafeFileHandle, full, isFree: !FileLock.IsLocked(file.SafeFileHandle));
        }
        else if (FileState.TryRead(folder, followLink: true, out FileState parent) != Errno.None || !parent.IsFolder)
        {
            throw new DirectoryNotFoundException($"The folder {folder} does not exist.");
        }
        else
        {
            OldPidFile.RequireOrdinary(folder, full);
        }

        Errno errno = FileState.TestWriting(exists ? full : folder, isFolder: !exists);
        if (errno != Errno.None)
        {
            throw errno == Errno.EACCES
                ? new UnauthorizedAccessException($"Access to the path '{full}' is denied.")
                : new LinuxException($"write {full}", errno);
        }
    }

    /// <summary>
    /// Returns whether two paths lead to the same file, also by links. If a file does not exist, the paths decide.
    /// </summary>
    public static bool IsSameFile(string first, string second)
    {
        string full = Path.GetFullPath(first), other = Path.GetFullPath(second);
        return full == other
            || (FileState.TryRead(full, followLink: true, out FileState left) == Errno.None
                && FileState.TryRead(other, followLink: true, out FileState right) == Errno.None
                && left.Identity == right.Identity);
    }

    /// <summary>
    /// Removes the file, if it is still the one that this process wrote. If this process may not remove the file, an
    /// empty file stays.
    /// </summary>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        try
        {
            if (OldPidFile.TryReadNumber(_file, out int? owner) && owner == Environment.ProcessId)
            {
                Remove();
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The folder is gone, or its permissions changed. The lock ends anyway, and the next start replaces the
            // file.
        }

        _file.Dispose();
    }

    // Null: another program created, replaced or removed the file during the call.
    private static PidFile? TryCreate(string path)
    {
        bool exists = FileState.TryRead(path, followLink: false, out FileState state) == Errno.None;
        if (exists)
        {
            OldPidFile.RequirePlain(state, path); // a FIFO or a device is not even opened
        }

        SafeFileHandle? file = exists ? RegularFile.TryOpenWrite(path) : TryCreateReadable(path);
        try
        {
            if (file is null)
            {
                return null;
            }

            OldPidFile.RequirePlain(FileState.Read(file), path);
            OldPidFile.RequireUnused(file, path, FileLock.TryLock(file));
            if (!IsAt(path, file))
            {
                return null; // the previous owner has removed the file
            }

            var own = new PidFile(path, file);
            own.Write(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n"));
            file = null;
            return own;
        }
        catch when (!exists && file is not null && IsAt(path, file))
        {
            File.Delete(path); // nothing is left, such as when the file system is full
            throw;
        }
        finally
        {
            file?.Dispose();
        }
    }

    private static SafeFileHandle? TryCreateReadable(string path)
    {
        OldPidFile.RequireOrdinary(FolderOf(path), path);
        SafeFileHandle? file = RegularFile.TryCreate(path, Mode);
        if (file is not null)
        {
            File.SetUnixFileMode(file, Mode); // despite the umask: the next start accepts a file that all can read
        }

        return file;
    }

    private static string FolderOf(string path) => Path.GetDirectoryName(path) ?? "/";

    private static bool IsAt(string path, SafeFileHandle file) =>
        FileState.TryRead(path, followLink: false, out FileState state) == Errno.None
        && state.Identity == FileState.Read(file).Identity;

    private void Remove()
    {
        bool isOutOfReach = FileState.TryRead(FullName, followLink: false, out _) == Errno.EACCES;
        try
        {
            if (IsAt(FullName, _file))
            {
                File.Delete(FullName);
            }
        }
        catch (UnauthorizedAccessException)
        {
            isOutOfReach = true;
        }

        if (isOutOfReach)
        {
            Write(string.Empty);
        }
    }

    /// <summary>
    /// Replaces the text. The file is cut after the write, so that a reader of the first line always reads a whole
    /// number.
    /// </summary>
    private void Write(string text)
    {
        RandomAccess.Write(_file, Encoding.ASCII.GetBytes(text), fileOffset: 0);
        RandomAccess.SetLength(_file, text.Length);
    }
}
