using System.Globalization;
using System.Runtime.Versioning;

namespace ProxyHelper.Linux;

/// <summary>
/// A file that holds this process's number, for init scripts, as long as the responder runs. It is locked meanwhile (fcntl), so
/// that a file that was left behind is told from one in use, also where its number has become another program's.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class PidFile : IDisposable
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly string _path;
    private readonly FileStream _file;
    private bool _isDisposed;

    private PidFile(string path, FileStream file)
    {
        _path = path;
        _file = file;
    }

    /// <summary>Writes the file. One that a process left behind that is no more is replaced.</summary>
    /// <exception cref="IOException">It cannot be written, or another process that is running holds it.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
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

    /// <summary>Removes the file, if it is still this process's.</summary>
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
                Write(string.Empty); // what stays is nobody's number, where this process may no longer remove from the folder
                File.Delete(_path);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Its folder went away or was closed to us meanwhile; the lock ends all the same, and the next start replaces the file.
        }

        _file.Dispose();
    }

    /// <returns>Null when the one before removed the file while it was being opened: then there is another one to open.</returns>
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
            string owner = Owner(file) is { } process ? string.Create(CultureInfo.InvariantCulture, $"names process {process}") : "is locked by a process";
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

    /// <summary>Whether the file has no name any more, which the kernel says in place of it.</summary>
    private static bool IsRemoved(FileStream file) =>
        new FileInfo($"/proc/self/fd/{file.SafeFileHandle.DangerousGetHandle()}").LinkTarget?.EndsWith(" (deleted)", StringComparison.Ordinal) != false;

    private static int? Owner(FileStream file)
    {
        Span<byte> text = stackalloc byte[32];
        int length = RandomAccess.Read(file.SafeFileHandle, text, fileOffset: 0);
        return int.TryParse(text[..length], NumberStyles.Integer, CultureInfo.InvariantCulture, out int process) ? process : null;
    }

    /// <summary>Replaces the text. What was longer is cut afterwards, so that whoever reads the first line meanwhile reads a whole number.</summary>
    private void Write(string text)
    {
        RandomAccess.Write(_file.SafeFileHandle, System.Text.Encoding.ASCII.GetBytes(text), fileOffset: 0);
        RandomAccess.SetLength(_file.SafeFileHandle, text.Length);
    }
}
