using System.Xml.Linq;

namespace ProxyHelper.Documents;

/// <summary>Tests the drawings. Each SVG file is its own source, written by hand.</summary>
public sealed class DrawingTests
{
    private static readonly XNamespace _svg = "http://www.w3.org/2000/svg";

    /// <summary>Gets the paths of the drawings.</summary>
    public static TheoryData<string> Drawings =>
        [.. Directory.GetFiles(Path.Combine(Document.Root, "docs/drawings"), "*.svg")
            .Select(path => Path.GetRelativePath(Document.Root, path)).Order()];

    [Theory]
    [MemberData(nameof(Drawings))]
    public void A_drawing_says_what_it_shows_and_needs_nothing_else(string path)
    {
        XElement root = XDocument.Load(Path.Combine(Document.Root, path)).Root!;
        Assert.Equal(_svg + "svg", root.Name);
        Assert.NotNull(root.Attribute("viewBox"));
        Assert.NotEqual(string.Empty, root.Element(_svg + "title")?.Value ?? string.Empty);
        Assert.NotEqual(string.Empty, root.Element(_svg + "desc")?.Value ?? string.Empty);
        Assert.DoesNotContain(root.Descendants(), element =>
            element.Name.LocalName is "script" or "image" or "foreignObject");
        Assert.DoesNotContain(root.Descendants().Attributes(), attribute =>
            attribute.Value.Contains("://", StringComparison.Ordinal) && !attribute.IsNamespaceDeclaration);
    }

    [Theory]
    [MemberData(nameof(Drawings))]
    public void A_drawing_is_shown(string path) => Assert.Contains(
        Document.All.SelectMany(document => document.Links),
        link => Path.GetFileName(link.Text) == Path.GetFileName(path));
}
