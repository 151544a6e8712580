namespace ProxyHelper.Sources;

/// <summary>Finds programs in the folders of PATH.</summary>
internal static class ProgramPath
{
    // systemd and cron set a PATH without some of these.
    private static readonly string[] _ofSystem =
        OperatingSystem.IsWindows()
            ? []
            : ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    private static readonly string[] _endings = OperatingSystem.IsWindows() ? ["", ".exe", ".com"] : [""];

    /// <summary>Returns the full path of a program.</summary>
    /// <exception cref="FileNotFoundException">Thrown when there is no such program.</exception>
    public static string Find(string name)
    {
        string search = Environment.GetEnvironmentVariable("PATH") ?? string.Empty;
        bool isPath = name.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal) || Path.IsPathRooted(name);
        string[] folders = isPath
            ? [string.Empty]
            : [.. search.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries), .. _ofSystem];
        IEnumerable<string> paths =
            from folder in folders
            from ending in _endings
            select Path.GetFullPath(Path.Combine(folder, name + ending));
        return paths.FirstOrDefault(IsProgram)
            ?? throw new FileNotFoundException($"There is no program '{name}'.", name);
    }

    private static bool IsProgram(string path)
    {
        const UnixFileMode execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return File.Exists(path) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & execute) != 0);
    }
}
