namespace ProxyHelper.Benchmarks;

/// <summary>Compiles the contenders into a temporary folder.</summary>
internal sealed class Workshop : IDisposable
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(10);

    private readonly string _folder = Directory.CreateTempSubdirectory("proxy-helper-benchmark-").FullName;

    /// <summary>Compiles the daemon ahead of time, as in its package.</summary>
    /// <returns>The path of the program.</returns>
    public string PublishDaemon()
    {
        Console.WriteLine("Compiling the daemon, which takes a minute or two.");

        // All files are written below the folder: the process runs as root, and the working copy may belong to another
        // user.
        string output = Path.Combine(_folder, "daemon");
        string[] arguments =
        [
            "publish", Path.Combine(Repository.Root, "src", "ProxyHelper.Daemon"), "-c", "Release", "-o", output,
            "--artifacts-path", Path.Combine(_folder, "artifacts"), "-nodeReuse:false", "-p:UseSharedCompilation=false",
        ];
        Run(
            "dotnet",
            arguments,
            "Install the .NET 10 SDK and clang or gcc, or give a compiled daemon with --daemon PATH.");
        return Path.Combine(output, "proxy-helper");
    }

    /// <summary>Compiles one of the programs in Peers.</summary>
    /// <param name="name">The name of the program.</param>
    /// <param name="packages">The Debian packages that the compiler needs.</param>
    /// <param name="libraries">The libraries of the program, such as "-lm".</param>
    /// <returns>The path of the program.</returns>
    public string CompilePeer(string name, string packages, params string[] libraries)
    {
        string source = Path.Combine(Repository.Root, "tests", "ProxyHelper.Benchmarks", "Peers", $"{name}.c");
        string output = Path.Combine(_folder, name);
        string advice = $"Run 'apt-get install {packages}' for {name}.c, or remove {name} from --against.";
        Run("gcc", ["-O2", "-Wall", "-o", output, source, .. libraries], advice);
        return output;
    }

    /// <summary>Writes a file for a contender.</summary>
    /// <returns>The path of the file.</returns>
    public string WriteFile(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
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
