using ProxyHelper.Tests;

namespace ProxyHelper.Fuzzing;

/// <summary>Reads the inputs that mutation starts from: real bytes of the kernel, of smtp-gated or of a user.</summary>
public static class Corpus
{
    /// <summary>Gets the folder with a folder for each target.</summary>
    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "Corpus");

    /// <summary>Returns the inputs of a target.</summary>
    public static IReadOnlyList<byte[]> Of(IFuzzTarget target)
    {
        ArgumentNullException.ThrowIfNull(target);
        return [.. Files(Path.Combine(Folder, target.Name)).Select(Read)];
    }

    /// <summary>Returns the file, or all files of the folder in a fixed order.</summary>
    public static IEnumerable<string> Files(string path) =>
        Directory.Exists(path)
            ? Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            : [path];

    /// <summary>
    /// Reads an input: hexadecimal digits of a .hex file, or the bytes of any other file, such as a crash file.
    /// </summary>
    public static byte[] Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.EndsWith(".hex", StringComparison.Ordinal) ? Bytes.Of(File.ReadAllText(path)) : File.ReadAllBytes(
            path);
    }
}
