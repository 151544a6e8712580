using System.IO.Compression;
using System.Management.Automation;
using System.Reflection;
using System.Text.Json;
using System.Xml.Linq;

namespace ProxyHelper.PowerShell.Tests;

/// <summary>What is in the package, and what it says of itself.</summary>
public sealed class PackageTests(BuiltPackage package)
{
    private static readonly string[] _commands =
    [
        "Get-NatMapping", "Get-ProxyHelper", "Measure-NatMapping", "Remove-NatMapping",
        "Start-ProxyHelper", "Stop-ProxyHelper", "Test-ProxyHelper", "Test-ProxyHelperSetup", "Watch-NatMapping",
    ];

    [Fact]
    public void It_holds_what_is_needed_and_nothing_else() => Assert.Equal(
        [
            "CHANGELOG.md", "LICENSE", "ProxyHelper.cdx.json", "ProxyHelper.psd1", "README.md",
            "bin/ProxyHelper.Core.dll", "bin/ProxyHelper.Format.ps1xml", "bin/ProxyHelper.PowerShell.dll", "bin/ProxyHelper.Types.ps1xml",
        ],
        Files(package.Module).Keys.Where(name => !name.StartsWith("en-US/", StringComparison.Ordinal)).Order(StringComparer.Ordinal));

    [Fact]
    public void Its_manifest_is_complete()
    {
        PSModuleInfo manifest = Manifest();
        string[] missing =
        [
            .. new (string Name, object? Value)[]
            {
                ("Author", manifest.Author), ("CompanyName", manifest.CompanyName), ("Description", manifest.Description),
                ("Copyright", manifest.Copyright), ("ReleaseNotes", manifest.ReleaseNotes),
                ("LicenseUri", manifest.LicenseUri), ("ProjectUri", manifest.ProjectUri),
            }.Where(one => string.IsNullOrWhiteSpace($"{one.Value}")).Select(one => one.Name),
        ];
        Assert.Empty(missing);
        Assert.NotEqual(Guid.Empty, manifest.Guid);
        Assert.Equal(new Version(7, 6), manifest.PowerShellVersion);
        Assert.Equal(["Core"], manifest.CompatiblePSEditions);
        Assert.Contains("PSEdition_Core", manifest.Tags);
        Assert.Equal(_commands, manifest.ExportedCommands.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Its_manifest_lists_exactly_its_files() => Assert.Equal(
        Files(package.Module).Keys.Order(StringComparer.Ordinal),
        Manifest().FileList.Select(path => Path.GetRelativePath(package.Module, path)).Order(StringComparer.Ordinal));

    [Fact]
    public void Its_manifest_names_nothing_by_a_wildcard() =>
        Assert.DoesNotContain('*', File.ReadAllText(Path.Combine(package.Module, "ProxyHelper.psd1")));

    [Fact]
    public void Its_assemblies_have_the_version_of_its_manifest()
    {
        Version expected = Version.Parse($"{Manifest().Version}.0");
        Assert.All(
            Directory.GetFiles(Path.Combine(package.Module, "bin"), "*.dll"),
            path => Assert.Equal(expected, AssemblyName.GetAssemblyName(path).Version));
    }

    [Fact]
    public void Its_zip_unpacks_to_the_directory()
    {
        Assert.StartsWith(Path.GetTempPath(), package.InstalledManifest, StringComparison.Ordinal);
        Assert.Equal(Files(package.Module), Files(Path.GetDirectoryName(package.InstalledManifest)!));
    }

    [Fact]
    public void Its_nupkg_holds_the_same_files_and_what_makes_it_one()
    {
        Dictionary<string, string> files = Entries(package.Gallery);
        Assert.All(["[Content_Types].xml", "_rels/.rels", "ProxyHelper.nuspec"], part => Assert.True(files.Remove(part), part));
        Assert.Equal(Files(package.Module), files);
    }

    [Fact]
    public void Its_nuspec_says_what_its_manifest_says()
    {
        PSModuleInfo manifest = Manifest();
        Dictionary<string, string> said = Specification().ToDictionary(one => one.Name.LocalName, one => one.Value);
        Assert.Equal("ProxyHelper", said["id"]);
        Assert.Equal($"{manifest.Version}", said["version"]);
        Assert.Equal(manifest.Author, said["authors"]);
        Assert.Equal(manifest.Description, said["description"]);
        Assert.Equal($"{manifest.LicenseUri}", said["licenseUrl"]);
        Assert.Equal($"{manifest.ProjectUri}", said["projectUrl"]);
        Assert.Equal($"{manifest.ReleaseNotes}", said["releaseNotes"]);
        string[] tags = said["tags"].Split(' ');
        Assert.Empty(manifest.Tags.Concat(["PSModule", .. _commands.Select(command => $"PSCommand_{command}")]).Except(tags));
    }

    [Fact]
    public void Its_bill_of_materials_names_it_and_its_core_alone()
    {
        using var bill = JsonDocument.Parse(File.ReadAllText(Path.Combine(package.Module, "ProxyHelper.cdx.json")));
        JsonElement module = bill.RootElement.GetProperty("metadata").GetProperty("component");
        Assert.Equal($"ProxyHelper {Manifest().Version}", $"{module.GetProperty("name")} {module.GetProperty("version")}");
        Assert.Equal(["ProxyHelper.Core"], bill.RootElement.GetProperty("components").EnumerateArray().Select(one => one.GetProperty("name").GetString()));
    }

    [Fact]
    public void Made_again_elsewhere_it_has_the_same_bytes()
    {
        string again = package.Make("second");
        Assert.Equal(Files(package.Module), Files(again));
        Assert.True(File.ReadAllBytes(package.Zip).SequenceEqual(File.ReadAllBytes(BuiltPackage.ArchiveOf(again, "zip"))));
        Assert.True(File.ReadAllBytes(package.Gallery).SequenceEqual(File.ReadAllBytes(BuiltPackage.ArchiveOf(again, "nupkg"))));
    }

    private PSModuleInfo Manifest()
    {
        using var session = new EngineSession();
        return session.One<PSModuleInfo>("Test-ModuleManifest $args[0]", Path.Combine(package.Module, "ProxyHelper.psd1"));
    }

    private IEnumerable<XElement> Specification()
    {
        using ZipArchive archive = ZipFile.OpenRead(package.Gallery);
        using Stream nuspec = archive.GetEntry("ProxyHelper.nuspec")!.Open();
        return XDocument.Load(nuspec).Root!.Elements().Single().Elements();
    }

    /// <summary>The files below a folder, each with what is in it.</summary>
    private static Dictionary<string, string> Files(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .ToDictionary(path => Path.GetRelativePath(folder, path), path => Convert.ToBase64String(File.ReadAllBytes(path)));

    private static Dictionary<string, string> Entries(string path)
    {
        using ZipArchive archive = ZipFile.OpenRead(path);
        return archive.Entries.ToDictionary(entry => entry.FullName, entry =>
        {
            using Stream stream = entry.Open();
            using var content = new MemoryStream();
            stream.CopyTo(content);
            return Convert.ToBase64String(content.ToArray());
        });
    }
}
