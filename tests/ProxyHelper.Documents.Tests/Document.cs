using System.Text.RegularExpressions;
using Markdig;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace ProxyHelper.Documents;

/// <summary>A document of the repository.</summary>
internal sealed partial class Document
{
    private static readonly MarkdownPipeline _pipeline = new MarkdownPipelineBuilder().UsePipeTables().UseAutoLinks().Build();

    private readonly MarkdownDocument _syntax;

    private Document(string path)
    {
        Path = path;
        Text = File.ReadAllText(System.IO.Path.Combine(Root, path));
        _syntax = Markdown.Parse(Text, _pipeline);
        Anchors = Anchor.Of(_syntax);
    }

    /// <summary>The repository's folder.</summary>
    public static string Root => Repository.Root;

    /// <summary>All of them: at the top, in docs, and beside the tests.</summary>
    public static IReadOnlyList<Document> All { get; } =
    [
        .. Find(".", "*.md", SearchOption.TopDirectoryOnly),
        .. Find("docs", "*.md", SearchOption.AllDirectories),
        .. Find("tests", "README.md", SearchOption.AllDirectories),
    ];

    /// <summary>Those whose commands are tried here; the examples of the help are tried with the help.</summary>
    public static IEnumerable<Document> WithCommands =>
        All.Where(document => !document.Path.StartsWith("docs/en-US/", StringComparison.Ordinal));

    /// <summary>The code blocks of these.</summary>
    public static IEnumerable<Passage> AllBlocks => WithCommands.SelectMany(document => document.Blocks);

    /// <summary>The code in the sentences of these.</summary>
    public static IEnumerable<Passage> AllInlineCode => WithCommands.SelectMany(document => document.InlineCode);

    /// <summary>Where it is, from the repository's folder.</summary>
    public string Path { get; }

    /// <summary>It, as it is.</summary>
    public string Text { get; }

    /// <summary>What may stand behind the # of a link to it.</summary>
    public IReadOnlySet<string> Anchors { get; }

    /// <summary>Its code blocks.</summary>
    public IEnumerable<Passage> Blocks => _syntax.Descendants<CodeBlock>().Select(block =>
        new Passage(Path, block.Line + 1, (block as FencedCodeBlock)?.Info ?? "indented", $"{block.Lines}\n"));

    /// <summary>The code in its sentences and tables, where a | is written \|.</summary>
    public IEnumerable<Passage> InlineCode => _syntax.Descendants<CodeInline>().Select(code =>
        new Passage(Path, code.Line + 1, string.Empty, code.Content.Replace(@"\|", "|", StringComparison.Ordinal)));

    /// <summary>Where its links and pictures lead, those in HTML as well.</summary>
    public IEnumerable<Passage> Links =>
    [
        .. _syntax.Descendants<LinkInline>().Select(link => new Passage(Path, link.Line + 1, string.Empty, link.Url ?? string.Empty)),
        .. _syntax.Descendants<HtmlInline>().SelectMany(html => HtmlLinks(html.Line, html.Tag)),
        .. _syntax.Descendants<HtmlBlock>().SelectMany(html => HtmlLinks(html.Line, html.Lines.ToString())),
    ];

    private IEnumerable<Passage> HtmlLinks(int line, string html) =>
        LinkAttributes().Matches(html).Select(link => new Passage(Path, line + 1, string.Empty, link.Groups["target"].Value));

    private static IEnumerable<Document> Find(string folder, string name, SearchOption depth) =>
        Directory.GetFiles(System.IO.Path.Combine(Root, folder), name, depth)
            .Select(path => System.IO.Path.GetRelativePath(Root, path))
            .Order(StringComparer.Ordinal)
            .Select(path => new Document(path));

    [GeneratedRegex("""(src|srcset|href)\s*=\s*"(?<target>[^"]*)["]""", RegexOptions.ExplicitCapture)]
    private static partial Regex LinkAttributes();
}
