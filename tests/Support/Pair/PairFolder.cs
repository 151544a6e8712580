namespace ProxyHelper.TestSupport.Pair;

/// <summary>Represents the temporary folder of a laboratory, which has the files of both routers.</summary>
internal sealed class PairFolder : IDisposable
{
    private const string Prefix = "proxyhelper";

    private readonly string _path;

    /// <summary>Creates the folder, and removes the folders of test programs that were killed.</summary>
    public PairFolder()
    {
        RemoveAbandoned();
        _path = Directory.CreateTempSubdirectory($"{Prefix}-{Environment.ProcessId}-").FullName;
    }

    /// <summary>Creates the folder of a router.</summary>
    public string Add(string name) => Directory.CreateDirectory(Path.Combine(_path, name)).FullName;

    /// <summary>Removes the folders of test programs that were killed.</summary>
    public static void RemoveAbandoned()
    {
        foreach (string folder in Directory.GetDirectories(Path.GetTempPath(), $"{Prefix}-*"))
        {
            if (Path.GetFileName(folder).Split('-') is [_, string process, _] && !Directory.Exists($"/proc/{process}"))
            {
                try
                {
                    Directory.Delete(folder, recursive: true);
                }
                catch (DirectoryNotFoundException)
                {
                    // Another test program has removed the folder at the same time.
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_path, recursive: true);
}
