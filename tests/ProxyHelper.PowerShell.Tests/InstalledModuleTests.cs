using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace ProxyHelper.PowerShell.Tests;

/// <summary>The module as it comes out of the package: away from the working copy, in a process of its own.</summary>
public sealed class InstalledModuleTests(BuiltPackage package)
{
    [Fact]
    public void It_exports_its_cmdlets_and_loads_its_two_assemblies_alone()
    {
        string[] lines = RunScript("""
            Import-Module $args[0] -ErrorAction Stop
            $module = Get-Module ProxyHelper
            $module.ExportedCommands.Keys | ForEach-Object { "command $_" }
            Get-NatMapping -Path /dev/null
            $of = [AppContext]::BaseDirectory, [IO.Path]::GetDirectoryName([object].Assembly.Location)
            [AppDomain]::CurrentDomain.GetAssemblies() |
                Where-Object { -not $_.IsDynamic -and $_.Location } |
                Where-Object { $path = $_.Location; -not ($of | Where-Object { $path.StartsWith($_) }) } |
                ForEach-Object { 'assembly ' + $_.Location.Substring($module.ModuleBase.Length) }
            """);
        Assert.Equal(
            [
                "assembly /bin/ProxyHelper.Core.dll", "assembly /bin/ProxyHelper.PowerShell.dll",
                "command Get-NatMapping", "command Get-ProxyHelper", "command Measure-NatMapping", "command Remove-NatMapping",
                "command Start-ProxyHelper", "command Stop-ProxyHelper", "command Test-ProxyHelper", "command Test-ProxyHelperSetup",
                "command Watch-NatMapping",
            ],
            lines.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void It_has_the_help_that_the_build_made()
    {
        Assert.SkipUnless(Directory.Exists(Path.Combine(package.Module, "en-US")), "the build made no help");
        string[] lines = RunScript("""
            Import-Module $args[0] -ErrorAction Stop
            Get-Command -Module ProxyHelper | Where-Object { -not (Get-Help $_.Name).description } | ForEach-Object { "no help: $_" }
            """);
        Assert.Empty(lines);
    }

    [Theory]
    [InlineData("ProxyHelper.Core.dll")]
    [InlineData("ProxyHelper.PowerShell.dll")]
    public void Its_symbols_are_inside_and_name_no_directory_of_who_built_it(string name)
    {
        using var assembly = new PEReader(File.ReadAllBytes(Path.Combine(package.Module, "bin", name)).ToImmutableArray());
        DebugDirectoryEntry inside = Assert.Single(assembly.ReadDebugDirectory(), entry => entry.Type == DebugDirectoryEntryType.EmbeddedPortablePdb);
        using MetadataReaderProvider symbols = assembly.ReadEmbeddedPortablePdbDebugDirectoryData(inside);
        MetadataReader reader = symbols.GetMetadataReader();
        string[] sources = [.. reader.Documents.Select(document => reader.GetString(reader.GetDocument(document).Name))];
        Assert.Contains(sources, source => source.StartsWith("/_/src/", StringComparison.Ordinal));
        Assert.All(sources, source => Assert.StartsWith("/_", source, StringComparison.Ordinal));
    }

    private string[] RunScript(string text)
    {
        string script = Path.Combine(Path.GetDirectoryName(package.InstalledManifest)!, "..", "..", $"{Guid.NewGuid()}.ps1");
        File.WriteAllText(script, text);
        string output = TestSupport.Tool.Run(Path.Combine(AppContext.BaseDirectory, "ProxyHelper.EngineHost"), script, package.InstalledManifest);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
