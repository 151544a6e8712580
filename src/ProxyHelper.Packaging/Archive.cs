using System.IO.Compression;

namespace ProxyHelper.Packaging;

/// <summary>
/// Writes zip files without dates and rights from the file system, so that they are the same on every machine.
/// </summary>
internal static class Archive
{
    // S_IFREG and rw-r--r--, in the upper half of the external attributes, where unzip reads them.
    private const int RegularFile = 0x81A4 << 16;

    /// <summary>Writes a zip file.</summary>
    /// <param name="path">The path of the zip file.</param>
    /// <param name="time">The time of each file in the zip file.</param>
    /// <param name="files">The files, in order.</param>
    public static void Write(string path, DateTimeOffset time, IEnumerable<PackageFile> files)
    {
        using FileStream stream = File.Create(path);
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create);
        foreach (PackageFile file in files)
        {
            ZipArchiveEntry entry = archive.CreateEntry(file.Name, CompressionLevel.SmallestSize);
            entry.LastWriteTime = time;
            entry.ExternalAttributes = RegularFile;
            using Stream content = entry.Open();
            content.Write(file.Content);
        }
    }
}
