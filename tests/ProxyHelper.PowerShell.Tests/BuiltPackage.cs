using System.IO.Compression;
using ProxyHelper.EndToEnd;
using ProxyHelper.PowerShell.Tests;

[assembly: AssemblyFixture(typeof(BuiltPackage))]

namespace ProxyHelper.PowerShell.Tests;

/// <summary>The package, made by package.sh when the first test needs it, and once for all tests.</summary>
public sealed class BuiltPackage : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("proxy-helper-package-").FullName;
    private readonly Lazy<string> _module;
    private readonly Lazy<string> _unpacked;

    public BuiltPackage()
    {
        _module = new Lazy<string>(() => Make("first"));
        _unpacked = new Lazy<string>(Unpack);
    }

    /// <summary>The directory ProxyHelper/VERSION.</summary>
    public string Module => _module.Value;

    /// <summary>The .zip.</summary>
    public string Zip => ArchiveOf(Module, "zip");

    /// <summary>The .nupkg.</summary>
    public string Gallery => ArchiveOf(Module, "nupkg");

    /// <summary>The manifest of the module where it was installed from the .zip, with nothing else beside it.</summary>
    public string InstalledManifest => _unpacked.Value;

    /// <summary>An archive beside a directory ProxyHelper/VERSION.</summary>
    public static string ArchiveOf(string module, string extension) =>
        Path.GetFullPath(Path.Combine(module, "..", "..", $"ProxyHelper.{Path.GetFileName(module)}.{extension}"));

    /// <summary>Makes the package anew.</summary>
    /// <param name="name">A folder's name that no other has.</param>
    /// <returns>The module's directory.</returns>
    public string Make(string name)
    {
        string script = Path.Combine(Path.GetDirectoryName(EngineSession.ManifestPath)!, "src", "package.sh");
        string temporary = Directory.CreateDirectory(Path.Combine(_folder, $"{name}-work")).FullName;
        using RunningProgram program = RunningProgram.Start("env", $"TMPDIR={temporary}", script, Path.Combine(_folder, name));
        int status = program.WaitForExit(TimeSpan.FromMinutes(10));
        return status == 0
            ? program.Output.TrimEnd().Split('\n')[^1]
            : throw new InvalidOperationException($"package.sh ended with {status}:\n{program.Output}");
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Unpack()
    {
        string modules = Path.Combine(_folder, "Modules");
        ZipFile.ExtractToDirectory(Zip, modules);
        return Path.Combine(modules, "ProxyHelper", Path.GetFileName(Module), "ProxyHelper.psd1");
    }
}
