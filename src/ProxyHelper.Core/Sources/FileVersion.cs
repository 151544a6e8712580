using ProxyHelper.Linux;

namespace ProxyHelper.Sources;

/// <summary>Represents the content of a file at one time, as far as the file system tells contents apart.</summary>
/// <param name="Identity">The number of the file. Systems other than Linux have the time of its creation.</param>
/// <param name="Size">The size in bytes.</param>
/// <param name="Modified">The time of the last write, in nanoseconds since 1970.</param>
/// <param name="Changed">The time of the last write or change of name, in nanoseconds since 1970.</param>
internal readonly record struct FileVersion(FileIdentity Identity, long Size, long Modified, long Changed)
{
    private const int NanosecondsPerTick = 100;

    /// <summary>
    /// Gets whether the file got its name or its attributes after the last write, as a file that replaces another one
    /// does. Its writer has then finished.
    /// </summary>
    public bool IsRenamed => Changed > Modified;

    /// <summary>Gets the time of the last write.</summary>
    public DateTime ModifiedAt => DateTime.UnixEpoch.AddTicks(Modified / NanosecondsPerTick);

    /// <summary>Reads the version of the file at a path.</summary>
    /// <exception cref="IOException">Thrown when there is no such file.</exception>
    /// <exception cref="UnauthorizedAccessException">Thrown when this process may not see the file.</exception>
    public static FileVersion Read(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            var file = new FileInfo(path);
            return From(file.CreationTimeUtc, file.Length, file.LastWriteTimeUtc);
        }

        Errno errno = FileState.TryRead(path, followLink: true, out FileState state);
        return errno switch
        {
            Errno.None => Read(state),
            Errno.ENOENT => throw new FileNotFoundException($"There is no file {path}.", path),
            Errno.EACCES => throw new UnauthorizedAccessException($"Access to the path '{path}' is denied."),
            _ => throw new LinuxException($"read {path}", errno),
        };
    }

    /// <summary>Reads the version of an open file.</summary>
    /// <exception cref="IOException">Thrown when the file system failed.</exception>
    public static FileVersion Read(FileStream file)
    {
        if (OperatingSystem.IsLinux())
        {
            return Read(FileState.Read(file.SafeFileHandle));
        }

        return From(
            File.GetCreationTimeUtc(file.SafeFileHandle),
            file.Length,
            File.GetLastWriteTimeUtc(file.SafeFileHandle));
    }

    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    private static FileVersion Read(in FileState state) =>
        new(state.Identity, state.Size, state.Modified, state.Changed);

    private static FileVersion From(DateTime created, long size, DateTime modified)
    {
        long modifiedAt = ToNanoseconds(modified);
        return new FileVersion(new FileIdentity((ulong)ToNanoseconds(created), 0, 0), size, modifiedAt, modifiedAt);
    }

    private static long ToNanoseconds(DateTime time) => (time - DateTime.UnixEpoch).Ticks * NanosecondsPerTick;
}
