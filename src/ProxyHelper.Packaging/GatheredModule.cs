using System.Text;

namespace ProxyHelper.Packaging;

/// <summary>Represents the files of the module, with a manifest that lists them.</summary>
internal sealed class GatheredModule
{
    private const string ManifestName = "ProxyHelper.psd1";

    private GatheredModule(ModuleManifest manifest, IReadOnlyList<PackageFile> files)
    {
        Manifest = manifest;
        Files = files;
    }

    /// <summary>Gets the manifest of the module.</summary>
    public ModuleManifest Manifest { get; }

    /// <summary>Gets all files, in the same order on every machine.</summary>
    public IReadOnlyList<PackageFile> Files { get; }

    /// <summary>Reads the files of a folder.</summary>
    public static GatheredModule Read(string folder)
    {
        PackageFile[] files =
        [
            .. from path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
               select new PackageFile(Path.GetRelativePath(folder, path).Replace('\\', '/'), File.ReadAllBytes(path)),
        ];
        Array.Sort(files, (one, other) => string.CompareOrdinal(one.Name, other.Name));
        int place = Array.FindIndex(files, file => file.Name == ManifestName);
        string text = Encoding.UTF8.GetString(files[place].Content);
        files[place] = files[place] with { Content = Encoding.UTF8.GetBytes(WithFileList(text, files)) };
        return new GatheredModule(ModuleManifest.Read(text), files);
    }

    /// <summary>Writes the files into a folder, and removes its earlier contents.</summary>
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

    /// <summary>
    /// Returns the manifest with a list of files at its end. The manifest of the working copy has no list, because half
    /// of the files only exist in the package.
    /// </summary>
    private static string WithFileList(string manifest, IEnumerable<PackageFile> files)
    {
        string list = string.Concat(files.Select(file => $"        '{file.Name}'\n"));
        return manifest.Insert(manifest.LastIndexOf('}'), $"    FileList             = @(\n{list}    )\n");
    }
}
