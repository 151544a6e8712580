using System.Diagnostics;
using ProxyHelper.Linux;

namespace ProxyHelper.Sources;

/// <summary>
/// Finds new versions of a file that another program replaces or writes. A version is given out when its writer has
/// finished: the file replaced another one, was replaced itself, or did not change for a second.
/// </summary>
/// <param name="path">The path. A symbolic link is followed at each look.</param>
internal sealed class WatchedFile(string path) : IDisposable
{
    private static readonly TimeSpan _settleTime = TimeSpan.FromSeconds(1);

    private FileVersion _given;
    private FileStream? _candidate;
    private FileVersion _version;
    private long _unchangedSince;

    /// <summary>Looks at the file.</summary>
    /// <returns>A new version, open for reading, or null. The caller disposes of it.</returns>
    /// <exception cref="IOException">Thrown when the file cannot be opened, or is not a regular file.</exception>
    /// <exception cref="UnauthorizedAccessException">Thrown when this process may not read the file.</exception>
    public FileStream? TakeNewVersion()
    {
        FileVersion now = FileVersion.Read(path);
        if (_candidate is null && now == _given)
        {
            return null;
        }

        _candidate ??= RegularFile.OpenRead(path);
        FileVersion version = FileVersion.Read(_candidate);
        if (version != _version)
        {
            _version = version;
            _unchangedSince = Stopwatch.GetTimestamp();
        }

        bool isComplete = version.IsRenamed || now.Identity != version.Identity
            || Stopwatch.GetElapsedTime(_unchangedSince) >= _settleTime;
        return isComplete ? Take() : null;
    }

    /// <summary>Returns whether a version that was given out is still the same after it was read.</summary>
    public bool IsUnchanged(FileStream version)
    {
        FileVersion now = FileVersion.Read(version);
        bool isUnchanged = now.Size == _given.Size && now.Modified == _given.Modified;
        if (!isUnchanged)
        {
            _given = default; // the next look takes it for new
        }

        return isUnchanged;
    }

    /// <inheritdoc/>
    public void Dispose() => _candidate?.Dispose();

    private FileStream? Take()
    {
        FileStream? taken = _candidate;
        _candidate = null;
        _given = _version;
        return taken;
    }
}
