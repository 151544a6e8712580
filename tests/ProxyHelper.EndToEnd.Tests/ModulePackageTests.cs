using Xunit;

namespace ProxyHelper.EndToEnd;

/// <summary>Tests that the package of the module depends on the commit only. Shell tests check its content.</summary>
public sealed class ModulePackageTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("proxy-helper-package-");

    [Fact]
    public void A_second_package_in_another_folder_has_the_same_bytes()
    {
        // tests/run.sh passes the package that it made.
        string? made = Environment.GetEnvironmentVariable("PROXYHELPER_PACKAGE");
        string first = string.IsNullOrEmpty(made) ? Make("first") : made;
        string second = Make("second");
        SortedDictionary<string, string> expected = ReadArchives(first);
        Assert.Equal([".nupkg", ".zip"], expected.Keys.Select(Path.GetExtension));
        Assert.Equal(expected, ReadArchives(second));
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Delete(recursive: true);

    private static SortedDictionary<string, string> ReadArchives(string folder) => new(
        Directory.GetFiles(folder).ToDictionary(
            file => Path.GetFileName(file), file => Convert.ToBase64String(File.ReadAllBytes(file))),
        StringComparer.Ordinal);

    private string Make(string name)
    {
        string output = Path.Combine(_folder.FullName, name);
        string temporary = _folder.CreateSubdirectory($"{name}-work").FullName;
        using RunningProgram program = RunningProgram.Start(
            "env", $"TMPDIR={temporary}", Path.Combine(Repository.Root, "tests", "pwsh"), "-NoProfile",
            "-NonInteractive", "-File", Path.Combine(Repository.Root, "build.ps1"), "-Task", "Package",
            "-OutputDirectory", output);
        int status = program.WaitForExit(TimeSpan.FromMinutes(10));
        return status == 0
            ? output
            : throw new InvalidOperationException($"build.ps1 ended with {status}:\n{program.Output}");
    }
}
