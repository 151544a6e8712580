using System.IO.Compression;

namespace ProxyHelper.Packaging;

/// <summary>A zip file that is the same on every machine: nothing in it is of the file system or the clock.</summary>
internal static class Archive
{
    /// <summary>A file's type and rights, rw-r--r--, where unzip looks for them.</summary>
    private const int RegularFile = 0x81A4 << 16;

    /// <summary>Writes it.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="time">The time of all files in it.</param>
    /// <param name="files">What goes in, in this order.</param>
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
