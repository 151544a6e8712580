using System.Globalization;
using System.Runtime.Versioning;
using ProxyHelper.Addresses;

namespace ProxyHelper.Linux;

/// <summary>
/// Represents a file with the number of this process, for init scripts. The process locks the file (fcntl) while it
/// runs. The lock distinguishes a file in use from an old file, even if another program now has the old number.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class PidFile : IDisposable
{
    private const UnixFileMode Mode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly string _path;
    private readonly FileStream _file;
    private bool _isDisposed;

    private PidFile(string path, FileStream file)
    {
        _path = path;
        _file = file;
    }

    /// <summary>Writes the file. An old file of a process that has ended is replaced.</summary>
    /// <exception cref="IOException">
    /// Thrown when the file cannot be written, or a running process has locked it.
    /// </exception>
    /// <exception cref="UnauthorizedAccessException">Thrown when this process may not write the file.</exception>
    public static PidFile Create(string path)
    {
        FileStream? file;
        do
        {
            file = OpenLocked(path);
        }
        while (file is null);

        var own = new PidFile(path, file);
        own.Write(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n"));
        return own;
    }

    /// <summary>Removes the file, if it still belongs to this process.</summary>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        try
        {
            if (!IsRemoved(_file) && Owner(_file) == Environment.ProcessId)
            {
                Write(string.Empty); // if this process may not remove the file, an empty file stays
                File.Delete(_path);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The folder is gone, or its permissions changed. The lock ends anyway, and the next start replaces the
            // file.
        }

        _file.Dispose();
    }

    /// <returns>
    /// Null when the previous owner removed the file during the call. Then the caller must open the file again.
    /// </returns>
    private static FileStream? OpenLocked(string path)
    {
        var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
            UnixCreateMode = Mode,
        });
        try
        {
            file.Lock(0, 0);
        }
        catch (IOException)
        {
            string owner = Owner(file) is { } process
                ? string.Create(CultureInfo.InvariantCulture, $"names process {process}")
                : "is locked by a process";
            file.Dispose();
            throw new IOException($"{path} {owner}, which is running.");
        }

        if (IsRemoved(file))
        {
            file.Dispose();
            return null;
        }

        return file;
    }

    /// <summary>
    /// Returns a value indicating whether the file was removed. The kernel then adds a word to its name.
    /// </summary>
    private static bool IsRemoved(FileStream file)
    {
        string? name = new FileInfo($"/proc/self/fd/{file.SafeFileHandle.DangerousGetHandle()}").LinkTarget;
        return name?.EndsWith(" (deleted)", StringComparison.Ordinal) != false;
    }

    private static int? Owner(FileStream file)
    {
        Span<byte> text = stackalloc byte[32];
        int length = RandomAccess.Read(file.SafeFileHandle, text, fileOffset: 0);
        return NumberText.TryRead(((ReadOnlySpan<byte>)text[..length]).Trim(" \t\r\n"u8), out int process)
            ? process
            : null;
    }

    /// <summary>
    /// Replaces the text. The file is cut after the write, so that a reader of the first line always reads a whole
    /// number.
    /// </summary>
    private void Write(string text)
    {
        RandomAccess.Write(_file.SafeFileHandle, System.Text.Encoding.ASCII.GetBytes(text), fileOffset: 0);
        RandomAccess.SetLength(_file.SafeFileHandle, text.Length);
    }
}
