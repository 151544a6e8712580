using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace ProxyHelper.Documents;

/// <summary>Tests the drawings. Each SVG file is its own source, written by hand.</summary>
public sealed partial class DrawingTests
{
    // The lowest contrast between a text and its background that WCAG 2.1 calls legible.
    private const double LegibleContrast = 4.5;

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

    [Theory]
    [MemberData(nameof(Drawings))]
    public void A_drawing_is_legible_on_a_light_and_on_a_dark_page(string path)
    {
        XElement root = XDocument.Load(Path.Combine(Document.Root, path)).Root!;
        string[] box = root.Attribute("viewBox")!.Value.Split(' ');
        XElement page = root.Elements(_svg + "rect").First();
        Assert.Equal("page", page.Attribute("class")?.Value);
        Assert.Equal(Number(box[2]) - 1, Number(page.Attribute("width")!.Value));
        Assert.Equal(Number(box[3]) - 1, Number(page.Attribute("height")!.Value));

        string style = root.Element(_svg + "style")!.Value;
        Match dark = DarkRules().Match(style);
        Assert.True(dark.Success, "The drawing has no colours for a dark page.");
        Dictionary<string, string> light = Fills(style.Replace(dark.Value, string.Empty, StringComparison.Ordinal));
        Dictionary<string, string> night = new(light);
        foreach ((string selector, string colour) in Fills(dark.Groups["rules"].Value))
        {
            night[selector] = colour;
        }

        Assert.NotEqual(light[".page"], night[".page"]);
        Faults.AssertNone(IllegibleTexts(root, light).Concat(IllegibleTexts(root, night)));
    }

    private static IEnumerable<string> IllegibleTexts(XElement root, Dictionary<string, string> fills) =>
        from text in Classes(root, "text").Append("text").Intersect(fills.Keys)
        from surface in Classes(root, "rect").Intersect(fills.Keys)
        where Contrast(fills[text], fills[surface]) < LegibleContrast
        select $"{text} {fills[text]} on {surface} {fills[surface]}";

    /// <summary>Returns the selectors of the classes that elements have.</summary>
    private static IEnumerable<string> Classes(XElement root, string element) => root
        .Descendants(_svg + element)
        .SelectMany(found => (found.Attribute("class")?.Value ?? string.Empty)
            .Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Select(name => $".{name}").Distinct();

    /// <summary>Returns the fill colour of each selector.</summary>
    private static Dictionary<string, string> Fills(string rules) => new(
        from Match rule in Rules().Matches(rules)
        from selector in rule.Groups["selectors"].Value.Split(',')
        select KeyValuePair.Create(selector.Trim(), rule.Groups["fill"].Value));

    // The formulas of WCAG 2.1.
    private static double Contrast(string one, string other)
    {
        double[] light = [.. new[] { Luminance(one), Luminance(other) }.Order()];
        return (light[1] + 0.05) / (light[0] + 0.05);
    }

    private static double Luminance(string colour)
    {
        double[] parts = [.. Convert.FromHexString(colour[1..])
            .Select(part => part / 255d)
            .Select(part => part <= 0.03928 ? part / 12.92 : Math.Pow((part + 0.055) / 1.055, 2.4))];
        return (0.2126 * parts[0]) + (0.7152 * parts[1]) + (0.0722 * parts[2]);
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(
        @"@media \(prefers-color-scheme: dark\) \{(?<rules>([^{}]*\{[^{}]*\})*)\s*\}", RegexOptions.ExplicitCapture)]
    private static partial Regex DarkRules();

    [GeneratedRegex(
        @"(?<selectors>[^{}]+)\{[^{}]*fill: (?<fill>#[0-9a-f]{6})[^{}]*\}", RegexOptions.ExplicitCapture)]
    private static partial Regex Rules();
}
