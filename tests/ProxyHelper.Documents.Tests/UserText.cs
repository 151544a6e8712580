namespace ProxyHelper.Documents;

/// <summary>
/// Represents a file whose text users read: a document, a drawing, a help topic, a manual page, a configuration file,
/// or code with messages.
/// </summary>
/// <param name="Path">The path, relative to the folder of the repository.</param>
/// <param name="Text">The text.</param>
internal sealed record UserText(string Path, string Text)
{
    // The messages are in the code, and users of the library read its XML comments.
    private static readonly (string Folder, string Pattern)[] _places =
    [
        ("docs", "*.help.txt"), ("docs", "*.conf"), ("docs", "*.service"), ("docs", "*.sh"), ("docs", "*.nft"),
        ("docs", "*.svg"), ("src", "*.8"), ("src", "*.5"), ("src", "*.conf"), ("src", "*.service"),
        ("src", "*.socket"), ("src", "*.sh"), ("src", "*.ps1xml"), ("src", "*.cs"),
    ];

    /// <summary>Gets all such texts.</summary>
    public static IReadOnlyList<UserText> All { get; } =
    [
        .. Document.All.Select(document => new UserText(document.Path, document.Text)),
        .. _places.SelectMany(place => Find(place.Folder, place.Pattern)).Where(IsSource)
            .Select(path => new UserText(path, File.ReadAllText(System.IO.Path.Combine(Document.Root, path)))),
    ];

    /// <summary>Returns a description of a fault, with the line of a place in the text.</summary>
    public string Fault(int place, string words) => $"{Path}:{Text.AsSpan(0, place).Count('\n') + 1}: {words}";

    private static IEnumerable<string> Find(string folder, string pattern) => Directory
        .EnumerateFiles(System.IO.Path.Combine(Document.Root, folder), pattern, SearchOption.AllDirectories)
        .Select(path => System.IO.Path.GetRelativePath(Document.Root, path))
        .Order(StringComparer.Ordinal);

    private static bool IsSource(string path) =>
        !path.Contains("/bin/", StringComparison.Ordinal) && !path.Contains("/obj/", StringComparison.Ordinal);
}
