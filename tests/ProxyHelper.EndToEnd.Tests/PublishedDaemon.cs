using ProxyHelper.EndToEnd;
using ProxyHelper.TestSupport;
using Xunit;

[assembly: AssemblyFixture(typeof(PublishedDaemon))]

namespace ProxyHelper.EndToEnd;

/// <summary>
/// Publishes the daemon, compiled ahead of time, once for all tests when the first test needs it. PROXY_HELPER can name
/// another program, such as that of an installed package.
/// </summary>
public sealed class PublishedDaemon : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("proxy-helper-").FullName;
    private readonly Lazy<string> _program;

    public PublishedDaemon()
    {
        _program = new Lazy<string>(Publish);
    }

    /// <summary>Gets the path of the program. Skips the running test if this machine cannot compile it.</summary>
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

    /// <summary>Returns a path for a file that does not exist yet.</summary>
    public string NewPath() => Path.Combine(_folder, Guid.NewGuid().ToString());

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static bool HasLinker() => (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':')
        .Any(folder => File.Exists(Path.Combine(folder, "clang")) || File.Exists(Path.Combine(folder, "gcc")));

    private string Publish()
    {
        // The build writes only to the folder: the tests run as root, and another user may own the working copy.
        string output = Path.Combine(_folder, "installed");
        using var publish = RunningProgram.Start(
            "dotnet", "publish", Path.Combine(Repository.Root, "src", "ProxyHelper.Daemon"), "-c", "Release",
            "-o", output, "--artifacts-path", Path.Combine(_folder, "artifacts"),
            "-nodeReuse:false", "-p:UseSharedCompilation=false");
        int status = publish.WaitForExit(TimeSpan.FromMinutes(10));
        return status == 0
            ? Path.Combine(output, "proxy-helper")
            : throw new InvalidOperationException($"dotnet publish ended with {status}:\n{publish.Output}");
    }
}
