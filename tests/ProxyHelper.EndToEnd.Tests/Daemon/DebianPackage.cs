using System.Text.RegularExpressions;
using ProxyHelper.TestSupport;

namespace ProxyHelper.EndToEnd.Daemon;

/// <summary>Makes the Debian package as a user does, and reads its content.</summary>
/// <param name="Path">The path of the package.</param>
internal sealed partial record DebianPackage(string Path)
{
    /// <summary>Makes the package in a folder, with a published program. If the name is empty, compiles one.</summary>
    public static DebianPackage Make(string folder, string program)
    {
        Requirement.Tool("dpkg-deb");
        Requirement.Tool("readelf");
        string script = System.IO.Path.Combine(Repository.Root, "build.ps1");
        using RunningProgram build = RunningProgram.Start(
            "env", $"PROXY_HELPER={program}", System.IO.Path.Combine(Repository.Root, "tests", "pwsh"), "-NoProfile",
            "-NonInteractive", "-File", script, "-Task", "DebianPackage", "-OutputDirectory", folder);
        int status = build.WaitForExit(TimeSpan.FromMinutes(10));
        return status == 0
            ? new(Directory.GetFiles(folder, "*.deb").Single())
            : throw new InvalidOperationException($"build.ps1 ended with {status}:\n{build.Output}");
    }

    /// <summary>Returns the mode, the owner and the path of each file.</summary>
    public string[] ListFiles() =>
        [.. File().Matches(List()).Select(file => $"{file.Groups["mode"].Value} {file.Groups["path"].Value}")];

    /// <summary>Returns the mode and the owner of each folder.</summary>
    public string[] ListFolders() => [.. Folder().Matches(List()).Select(folder => folder.Value)];

    /// <summary>Returns a field of the package's description.</summary>
    public string ReadField(string field) => Tool.Run("dpkg-deb", "--field", Path, field).Trim();

    /// <summary>Extracts the files into a folder.</summary>
    public void Extract(string folder) => Tool.Run("dpkg-deb", "--extract", Path, folder);

    private string List() => Tool.Run("dpkg-deb", "--contents", Path);

    [GeneratedRegex(@"^(?<mode>-\S+ \S+) .* \.(?<path>/\S+)$", RegexOptions.Multiline)]
    private static partial Regex File();

    [GeneratedRegex(@"^d\S+ \S+", RegexOptions.Multiline)]
    private static partial Regex Folder();
}
