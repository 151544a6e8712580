using System.Text.RegularExpressions;
using Markdig;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace ProxyHelper.Documents;

/// <summary>Represents a document of the repository.</summary>
internal sealed partial class Document
{
    private static readonly MarkdownPipeline _pipeline = new MarkdownPipelineBuilder().UsePipeTables().UseAutoLinks()
        .Build();

    private readonly MarkdownDocument _syntax;

    private Document(string path)
    {
        Path = path;
        Text = File.ReadAllText(System.IO.Path.Combine(Root, path));
        _syntax = Markdown.Parse(Text, _pipeline);
        Anchors = Anchor.Of(_syntax);
    }

    /// <summary>Gets the folder of the repository.</summary>
    public static string Root => Repository.Root;

    /// <summary>Gets all documents: in the folder of the repository, in docs, and in the folders of tests.</summary>
    public static IReadOnlyList<Document> All { get; } =
    [
        .. Find(".", "*.md", SearchOption.TopDirectoryOnly),
        .. Find("docs", "*.md", SearchOption.AllDirectories),
        .. Find("tests", "README.md", SearchOption.AllDirectories),
    ];

    /// <summary>
    /// Gets the documents whose commands are tested here. Tests of the help test the examples of the help.
    /// </summary>
    public static IEnumerable<Document> WithCommands =>
        All.Where(document => !document.Path.StartsWith("docs/en-US/", StringComparison.Ordinal));

    /// <summary>Gets the code blocks of these documents.</summary>
    public static IEnumerable<Passage> AllBlocks => WithCommands.SelectMany(document => document.Blocks);

    /// <summary>Gets the code in the sentences of these documents.</summary>
    public static IEnumerable<Passage> AllInlineCode => WithCommands.SelectMany(document => document.InlineCode);

    /// <summary>Gets the path, relative to the folder of the repository.</summary>
    public string Path { get; }

    /// <summary>Gets the text of the file.</summary>
    public string Text { get; }

    /// <summary>Gets the names that a link to this document can have behind a #.</summary>
    public IReadOnlySet<string> Anchors { get; }

    /// <summary>Gets the code blocks.</summary>
    public IEnumerable<Passage> Blocks => _syntax.Descendants<CodeBlock>().Select(block =>
        new Passage(Path, block.Line + 1, (block as FencedCodeBlock)?.Info ?? "indented", $"{block.Lines}\n"));

    /// <summary>Gets the code in sentences and tables. In a table, a | is written \|.</summary>
    public IEnumerable<Passage> InlineCode => _syntax.Descendants<CodeInline>().Select(code =>
        new Passage(Path, code.Line + 1, string.Empty, code.Content.Replace(@"\|", "|", StringComparison.Ordinal)));

    /// <summary>Gets the targets of links and pictures, also of those in HTML.</summary>
    public IEnumerable<Passage> Links =>
    [
        .. _syntax.Descendants<LinkInline>()
            .Select(link => new Passage(Path, link.Line + 1, string.Empty, link.Url ?? string.Empty)),
        .. _syntax.Descendants<HtmlInline>().SelectMany(html => HtmlLinks(html.Line, html.Tag)),
        .. _syntax.Descendants<HtmlBlock>().SelectMany(html => HtmlLinks(html.Line, html.Lines.ToString())),
    ];

    private IEnumerable<Passage> HtmlLinks(int line, string html) =>
        LinkAttributes().Matches(html)
            .Select(link => new Passage(Path, line + 1, string.Empty, link.Groups["target"].Value));

    private static IEnumerable<Document> Find(string folder, string name, SearchOption depth) =>
        Directory.GetFiles(System.IO.Path.Combine(Root, folder), name, depth)
            .Select(path => System.IO.Path.GetRelativePath(Root, path))
            .Order(StringComparer.Ordinal)
            .Select(path => new Document(path));

    [GeneratedRegex("""(src|srcset|href)\s*=\s*"(?<target>[^"]*)["]""", RegexOptions.ExplicitCapture)]
    private static partial Regex LinkAttributes();
}
