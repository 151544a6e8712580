using ProxyHelper.Tests;

namespace ProxyHelper.Fuzzing;

/// <summary>The inputs that mutation starts from: what the kernel, smtp-gated or a user really writes.</summary>
public static class Corpus
{
    /// <summary>The folder that has a folder for each target.</summary>
    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "Corpus");

    /// <summary>A target's inputs.</summary>
    public static IReadOnlyList<byte[]> Of(IFuzzTarget target)
    {
        ArgumentNullException.ThrowIfNull(target);
        return [.. Files(Path.Combine(Folder, target.Name)).Select(Read)];
    }

    /// <summary>A file as it is; of a folder all that is in it, always in the same order.</summary>
    public static IEnumerable<string> Files(string path) =>
        Directory.Exists(path) ? Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal) : [path];

    /// <summary>Reads an input: of a .hex file the bytes that it writes down, of any other, such as a crash file, its own.</summary>
    public static byte[] Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.EndsWith(".hex", StringComparison.Ordinal) ? Bytes.Of(File.ReadAllText(path)) : File.ReadAllBytes(path);
    }
}
