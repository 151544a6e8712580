using System.Globalization;

namespace ProxyHelper.Responders;

/// <summary>A file that holds this process's number, for init scripts, as long as the responder runs.</summary>
public sealed class PidFile : IDisposable
{
    private readonly string _path;

    private PidFile(string path)
    {
        _path = path;
    }

    /// <summary>Writes the file. One that a process left behind that is no more is replaced.</summary>
    /// <exception cref="IOException">It cannot be written, or names another process that is running.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static PidFile Create(string path)
    {
        if (File.Exists(path) && Owner(path) is { } owner && owner != Environment.ProcessId && Directory.Exists($"/proc/{owner}"))
        {
            throw new IOException($"{path} names process {owner}, which is running.");
        }

        string fresh = $"{path}.{Environment.ProcessId}";
        try
        {
            File.WriteAllText(fresh, string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n"));
            File.Move(fresh, path, overwrite: true); // at once, so that nobody reads half a number
            return new PidFile(path);
        }
        finally
        {
            File.Delete(fresh); // still there only when the move failed
        }
    }

    /// <summary>Removes the file, if it is still this process's.</summary>
    public void Dispose()
    {
        try
        {
            if (File.Exists(_path) && Owner(_path) == Environment.ProcessId)
            {
                File.Delete(_path);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Its directory went away or was closed to us meanwhile; the number in it is stale from now on, which readers must expect.
        }
    }

    private static int? Owner(string path) =>
        int.TryParse(File.ReadAllText(path), CultureInfo.InvariantCulture, out int process) ? process : null;
}
