using Markdig;
using Markdig.Extensions.Yaml;
using Markdig.Syntax;
using YamlDotNet.Serialization;

namespace ProxyHelper.Documents.Help;

/// <summary>
/// Represents the page of a cmdlet in docs/en-US, in the format of Microsoft.PowerShell.PlatyPS 1.0 (schema
/// 2024-05-01).
/// </summary>
internal sealed class HelpPage
{
    private static readonly MarkdownPipeline _markdown = new MarkdownPipelineBuilder().UseYamlFrontMatter().Build();
    private static readonly IDeserializer _yaml = new DeserializerBuilder().Build();

    private HelpPage(Dictionary<string, string> frontMatter, PageSection content)
    {
        FrontMatter = frontMatter;
        Content = content;
    }

    /// <summary>Gets the folder of the pages.</summary>
    public static string Folder { get; } = Path.Combine(Repository.Root, "docs", "en-US");

    /// <summary>Gets the cmdlets that have a page.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. Directory.GetFiles(Folder, "*-*.md").Select(Path.GetFileNameWithoutExtension).OfType<string>()
            .Order(StringComparer.Ordinal)];

    /// <summary>Gets the values between the lines of dashes at the beginning.</summary>
    public IReadOnlyDictionary<string, string> FrontMatter { get; }

    /// <summary>Gets the content below the title.</summary>
    public PageSection Content { get; }

    /// <summary>Gets the examples in order.</summary>
    public IEnumerable<PageExample> Examples => Content["EXAMPLES"].Parts.Select(PageExample.Read);

    /// <summary>Gets the parameters in order, without CommonParameters.</summary>
    public IEnumerable<PageParameter> Parameters =>
        Content["PARAMETERS"].Parts.Where(part => part.Title != "CommonParameters").Select(Parameter);

    /// <summary>Gets the syntax of each parameter set, by its heading.</summary>
    public IEnumerable<(string Set, string Text)> Syntax =>
        Content["SYNTAX"].Parts.Select(part => (part.Title, OneLine(part.Fences.Single().Text)));

    /// <summary>Gets the texts and the targets of the links.</summary>
    public IEnumerable<(string Text, string Target)> Links => Content["RELATED LINKS"].Blocks
        .SelectMany(block => block.Descendants<Markdig.Syntax.Inlines.LinkInline>())
        .Select(link => (link.FirstChild?.ToString() ?? string.Empty, link.Url ?? string.Empty));

    /// <summary>Reads the page of a cmdlet.</summary>
    public static HelpPage Read(string command)
    {
        string source = File.ReadAllText(Path.Combine(Folder, command + ".md"));
        Block[] blocks = [.. Markdown.Parse(source, _markdown)
            .Where(block => block is not LinkReferenceDefinitionGroup)];
        string yaml = Assert.IsType<YamlFrontMatterBlock>(blocks[0]).Lines.ToString();
        return new HelpPage(_yaml.Deserialize<Dictionary<string, string>>(yaml), PageSection.Read(source, blocks[1..]));
    }

    private static PageParameter Parameter(PageSection section)
    {
        PageParameter parameter = _yaml
            .Deserialize<PageParameter>(section.Fences.Single(fence => fence.Language == "yaml").Text);
        parameter.Name = section.Title.TrimStart('-');
        parameter.Description = section.Text[..section.Text.IndexOf("```yaml", StringComparison.Ordinal)].Trim();
        return parameter;
    }

    private static string OneLine(string text) =>
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
