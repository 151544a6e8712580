using Xunit;

namespace ProxyHelper.EndToEnd;

/// <summary>Tests that the module's package depends on the commit only. The shell tests check what is in the package.</summary>
public sealed class ModulePackageTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("proxy-helper-package-");

    [Fact]
    public void Made_again_elsewhere_it_has_the_same_bytes()
    {
        // tests/run.sh has made a package already; without it, two are made here.
        string first = Environment.GetEnvironmentVariable("PROXYHELPER_PACKAGE") is { Length: > 0 } made ? made : Make("first");
        string second = Make("second");
        Assert.Equal(Archives(first).Keys, Archives(second).Keys);
        Assert.Equal(Archives(first), Archives(second));
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Delete(recursive: true);

    private static SortedDictionary<string, string> Archives(string folder) => new(
        Directory.GetFiles(folder).ToDictionary(file => Path.GetFileName(file), file => Convert.ToBase64String(File.ReadAllBytes(file))),
        StringComparer.Ordinal);

    private string Make(string name)
    {
        string output = Path.Combine(_folder.FullName, name);
        string temporary = _folder.CreateSubdirectory($"{name}-work").FullName;
        string script = Path.Combine(Repository.Root, "src", "package.sh");
        using RunningProgram program = RunningProgram.Start("env", $"TMPDIR={temporary}", script, output);
        int status = program.WaitForExit(TimeSpan.FromMinutes(10));
        return status == 0 ? output : throw new InvalidOperationException($"package.sh ended with {status}:\n{program.Output}");
    }
}
