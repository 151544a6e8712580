using System.Globalization;
using System.Runtime.Versioning;
using System.Text;
using Microsoft.Win32.SafeHandles;
using ProxyHelper.Addresses;

namespace ProxyHelper.Linux;

/// <summary>
/// Represents a file with the number of this process, for init scripts. The process locks the file while it runs. A
/// file that exists is used only if it is an old PID file: a regular file with one name on an ordinary file system, of
/// this user or of root, that is empty, or that all users can read and that holds the number of a process that has
/// ended. Every other file stays as it is.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class PidFile : IDisposable
{
    private const int MaxLength = 16; // a number and a line break are shorter
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
            RequirePlain(state, full);
            using FileStream file = RegularFile.OpenRead(full);
            RequireUnused(file.SafeFileHandle, full, isFree: !FileLock.IsLocked(file.SafeFileHandle));
        }
        else if (FileState.TryRead(folder, followLink: true, out FileState parent) != Errno.None || !parent.IsFolder)
        {
            throw new DirectoryNotFoundException($"The folder {folder} does not exist.");
        }
        else
        {
            RequireOrdinary(folder, full);
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
            if (TryReadNumber(_file, out int? owner) && owner == Environment.ProcessId)
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
            RequirePlain(state, path); // a FIFO or a device is not even opened
        }
        else
        {
            RequireOrdinary(FolderOf(path), path);
        }

        SafeFileHandle? file = exists ? RegularFile.TryOpenWrite(path) : RegularFile.TryCreate(path, Mode);
        try
        {
            if (file is null)
            {
                return null;
            }

            RequirePlain(FileState.Read(file), path);
            RequireUnused(file, path, FileLock.TryLock(file));
            if (!IsAt(path, file))
            {
                return null; // the previous owner has removed the file
            }

            if (!exists)
            {
                File.SetUnixFileMode(file, Mode); // whatever the umask is, the next start has to know the file
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

    private static void RequirePlain(FileState state, string path)
    {
        string? reason = state switch
        {
            { IsRegular: false } => $"it is {state.Kind}",
            { Links: > 1 } => "it is a file with several names (hard links)",
            { Size: > MaxLength } => "it has other content",
            { Size: > 0 } when !state.Permissions.HasFlag(UnixFileMode.OtherRead) =>
                "not all users can read it, so that its number may be a secret",
            { Owner: var owner } when owner != 0 && owner != Privileges.UserId =>
                string.Create(CultureInfo.InvariantCulture, $"another user owns it (UID {owner})"),
            _ => null,
        };
        if (reason is not null)
        {
            throw NoPidFile(path, reason);
        }

        RequireOrdinary(path, path);
    }

    /// <summary>Checks that a write to a file changes only the file, and no setting of the kernel.</summary>
    private static void RequireOrdinary(string place, string path)
    {
        if (FileState.IsOfKernel(place))
        {
            throw NoPidFile(path, "its file system belongs to the kernel, such as /proc and /sys");
        }
    }

    private static string FolderOf(string path) => Path.GetDirectoryName(path) ?? "/";

    /// <summary>Checks that a file holds nothing, or the number of a process that has ended.</summary>
    private static void RequireUnused(SafeFileHandle file, string path, bool isFree)
    {
        if (!TryReadNumber(file, out int? process))
        {
            throw NoPidFile(path, "it has other content");
        }

        string? name = null;
        if (isFree && (process is not { } number || number == Environment.ProcessId
            || !RunningProcess.HasRunSince(number, FileState.Read(file).ModifiedAt, out name)))
        {
            return;
        }

        string program = name is null ? string.Empty : $" ({name})";
        throw new IOException(process switch
        {
            null => $"{path} is locked by a process, which is running.",
            { } own when own == Environment.ProcessId => $"{path} is the PID file of another helper in this process.",
            { } other => string.Create(
                CultureInfo.InvariantCulture, $"{path} names process {other}{program}, which is running."),
        });
    }

    private static IOException NoPidFile(string path, string reason) =>
        new($"{path} is not a PID file: {reason}. The file stays as it is.");

    private static bool IsAt(string path, SafeFileHandle file) =>
        FileState.TryRead(path, followLink: false, out FileState state) == Errno.None
        && state.Identity == FileState.Read(file).Identity;

    /// <summary>Reads the number in a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="process">The number, or null if the file is empty.</param>
    /// <returns>False when the file has other content.</returns>
    private static bool TryReadNumber(SafeFileHandle file, out int? process)
    {
        process = null;
        Span<byte> text = stackalloc byte[MaxLength + 1];
        int length = RandomAccess.Read(file, text, fileOffset: 0);
        if (length == 0)
        {
            return true;
        }

        ReadOnlySpan<byte> digits = text[..length];
        digits = digits[^1] == (byte)'\n' ? digits[..^1] : digits;
        process = NumberText.TryRead(digits, out int number) && number > 0 ? number : null;
        return process is not null;
    }

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
