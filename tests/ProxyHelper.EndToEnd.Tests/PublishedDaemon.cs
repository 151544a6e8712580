using ProxyHelper.EndToEnd;
using ProxyHelper.TestSupport;
using Xunit;

[assembly: AssemblyFixture(typeof(PublishedDaemon))]

namespace ProxyHelper.EndToEnd;

/// <summary>
/// The daemon as it is installed: compiled ahead of time, when the first test needs it, and once for all tests; or the program that
/// PROXY_HELPER names, such as an installed package's.
/// </summary>
public sealed class PublishedDaemon : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("proxy-helper-").FullName;
    private readonly Lazy<string> _program;

    public PublishedDaemon()
    {
        _program = new Lazy<string>(Publish);
    }

    /// <summary>Where the program is. Skips the running test if it cannot be compiled here.</summary>
    public string Program
    {
        get
        {
            if (Environment.GetEnvironmentVariable("PROXY_HELPER") is { Length: > 0 } installed)
            {
                return installed;
            }

            Requirement.Tool("dotnet");
            Assert.SkipUnless(HasLinker(), "needs clang or gcc, which links the daemon");
            return _program.Value;
        }
    }

    /// <summary>A path for a file of a test's own, which is not there.</summary>
    public string NewPath() => Path.Combine(_folder, Guid.NewGuid().ToString());

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static bool HasLinker() => (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':')
        .Any(folder => File.Exists(Path.Combine(folder, "clang")) || File.Exists(Path.Combine(folder, "gcc")));

    private string Publish()
    {
        // All that it leaves is below the folder: the tests run as root, and the working copy may be another user's.
        string output = Path.Combine(_folder, "installed");
        using var publish = RunningProgram.Start(
            "dotnet", "publish", Path.Combine(RepositoryRoot(), "src", "ProxyHelper.Daemon"), "-c", "Release", "-o", output,
            "--artifacts-path", Path.Combine(_folder, "artifacts"), "-nodeReuse:false", "-p:UseSharedCompilation=false");
        int status = publish.WaitForExit(TimeSpan.FromMinutes(10));
        return status == 0
            ? Path.Combine(output, "proxy-helper")
            : throw new InvalidOperationException($"dotnet publish ended with {status}:\n{publish.Output}");
    }

    private static string RepositoryRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ProxyHelper.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException($"no ProxyHelper.sln above {AppContext.BaseDirectory}");
    }
}
