using System.Text;

namespace ProxyHelper.Packaging;

/// <summary>The files that make up the module, with a manifest that lists them.</summary>
internal sealed class GatheredModule
{
    private const string ManifestName = "ProxyHelper.psd1";

    private GatheredModule(ModuleManifest manifest, IReadOnlyList<PackageFile> files)
    {
        Manifest = manifest;
        Files = files;
    }

    /// <summary>What the module says of itself.</summary>
    public ModuleManifest Manifest { get; }

    /// <summary>All its files, in the same order on every machine.</summary>
    public IReadOnlyList<PackageFile> Files { get; }

    /// <summary>Reads what was gathered in a folder.</summary>
    public static GatheredModule Read(string folder)
    {
        PackageFile[] files = [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(path => new PackageFile(Path.GetRelativePath(folder, path).Replace('\\', '/'), File.ReadAllBytes(path)))
            .OrderBy(file => file.Name, StringComparer.Ordinal)];
        int place = Array.FindIndex(files, file => file.Name == ManifestName);
        string text = Encoding.UTF8.GetString(files[place].Content);
        files[place] = files[place] with { Content = Encoding.UTF8.GetBytes(WithFileList(text, files)) };
        return new GatheredModule(ModuleManifest.Read(text), files);
    }

    /// <summary>Writes them into a folder, and removes what was in it.</summary>
    public void WriteTo(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        foreach (PackageFile file in Files)
        {
            string path = Path.Combine(folder, file.Name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, file.Content);
        }
    }

    /// <summary>In the working copy the list would be wrong: half of the files come into being here. So it is added at the table's end.</summary>
    private static string WithFileList(string manifest, IEnumerable<PackageFile> files)
    {
        string list = string.Concat(files.Select(file => $"        '{file.Name}'\n"));
        return manifest.Insert(manifest.LastIndexOf('}'), $"    FileList             = @(\n{list}    )\n");
    }
}
