namespace ProxyHelper.Benchmarks;

/// <summary>Compiles what is measured, into a folder that is gone afterwards.</summary>
internal sealed class Workshop : IDisposable
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(10);

    private readonly string _folder = Directory.CreateTempSubdirectory("proxy-helper-benchmark-").FullName;

    /// <summary>Compiles the daemon ahead of time, as it is installed.</summary>
    /// <returns>Where it is.</returns>
    public string PublishDaemon()
    {
        Console.WriteLine("Compiling the daemon ahead of time: a minute or two.");

        // All that it leaves is below the folder: this runs as root, and the working copy may be another user's.
        string output = Path.Combine(_folder, "daemon");
        string[] arguments =
        [
            "publish", Path.Combine(Repository.Root, "src", "ProxyHelper.Daemon"), "-c", "Release", "-o", output,
            "--artifacts-path", Path.Combine(_folder, "artifacts"), "-nodeReuse:false", "-p:UseSharedCompilation=false",
        ];
        Run("dotnet", arguments, "It needs the .NET 10 SDK and clang or gcc; or give a compiled one by --daemon PATH.");
        return Path.Combine(output, "proxy-helper");
    }

    /// <summary>Compiles one of the programs in Peers.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="packages">The Debian packages that it takes.</param>
    /// <param name="libraries">The libraries that it is linked with, such as "-lm".</param>
    /// <returns>Where it is.</returns>
    public string CompilePeer(string name, string packages, params string[] libraries)
    {
        string source = Path.Combine(Repository.Root, "tests", "ProxyHelper.Benchmarks", "Peers", $"{name}.c");
        string output = Path.Combine(_folder, name);
        string advice = $"{name}.c needs: apt-get install {packages}. Or leave {name} out of --against.";
        Run("gcc", ["-O2", "-Wall", "-o", output, source, .. libraries], advice);
        return output;
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static void Run(string name, string[] arguments, string advice)
    {
        using RunningProgram program = RunningProgram.Start(name, arguments);
        int status = program.WaitForExit(_limit);
        if (status != 0)
        {
            throw new InvalidOperationException($"{program.Output.Trim()}\n{name} ended with {status}. {advice}");
        }
    }
}
