using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace ProxyHelper.TestSupport;

/// <summary>Reads the symbols that the compiler embeds in an assembly.</summary>
public static class EmbeddedSymbols
{
    /// <summary>Returns the paths of the source files, as the symbols name them.</summary>
    /// <exception cref="InvalidOperationException">
    /// The assembly does not have embedded symbols exactly once.
    /// </exception>
    public static string[] Sources(string assembly)
    {
        using var image = new PEReader(File.OpenRead(assembly));
        DebugDirectoryEntry entry = image.ReadDebugDirectory()
            .Single(entry => entry.Type == DebugDirectoryEntryType.EmbeddedPortablePdb);
        using MetadataReaderProvider symbols = image.ReadEmbeddedPortablePdbDebugDirectoryData(entry);
        MetadataReader reader = symbols.GetMetadataReader();
        return [.. reader.Documents.Select(document => reader.GetString(reader.GetDocument(document).Name))];
    }
}
