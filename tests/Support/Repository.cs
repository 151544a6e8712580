namespace ProxyHelper.TestSupport;

/// <summary>Finds the working copy that the tests were built in.</summary>
public static class Repository
{
    /// <summary>Gets the folder of the working copy.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ProxyHelper.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName
            ?? throw new InvalidOperationException($"There is no ProxyHelper.sln above {AppContext.BaseDirectory}.");
    }
}
