using Markdig.Syntax;

namespace ProxyHelper.Documents.Help;

/// <summary>A heading of a page and what stands below it, to the next heading of its level or above.</summary>
/// <param name="Title">The heading's words.</param>
/// <param name="Text">What stands between it and the next heading of any level, as it was written.</param>
/// <param name="Blocks">The same, as Markdown has it.</param>
/// <param name="Parts">The headings one level below it.</param>
internal sealed record PageSection(string Title, string Text, IReadOnlyList<Block> Blocks, IReadOnlyList<PageSection> Parts)
{
    /// <summary>The part of that title.</summary>
    public PageSection this[string title] => Parts.SingleOrDefault(part => part.Title == title)
        ?? throw new InvalidDataException($"'{Title}' has no '{title}'.");

    /// <summary>The fences in it, with their language.</summary>
    public IEnumerable<(string? Language, string Text)> Fences =>
        Blocks.OfType<FencedCodeBlock>().Select(fence => (fence.Info, fence.Lines.ToString()));

    /// <summary>Reads the heading of that level which is the first of the blocks.</summary>
    public static PageSection Read(string source, IReadOnlyList<Block> blocks)
    {
        var heading = (HeadingBlock)blocks[0];
        Block[] own = [.. blocks.Skip(1).TakeWhile(block => block is not HeadingBlock)];
        var parts = new List<PageSection>();
        for (int i = 1 + own.Length; i < blocks.Count;)
        {
            int length = 1 + blocks.Skip(i + 1).TakeWhile(block => block is not HeadingBlock next || next.Level > heading.Level + 1).Count();
            parts.Add(Read(source, [.. blocks.Skip(i).Take(length)]));
            i += length;
        }

        string text = own.Length == 0 ? string.Empty : source[own[0].Span.Start..(own[^1].Span.End + 1)];
        return new PageSection(Words(source, heading), text, own, parts);
    }

    private static string Words(string source, HeadingBlock heading) =>
        source.Substring(heading.Span.Start, heading.Span.Length).TrimStart('#').Trim();
}
