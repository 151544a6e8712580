using Markdig.Syntax;

namespace ProxyHelper.Documents.Help;

/// <summary>
/// Represents a heading of a page and the content below it, up to the next heading of the same or a higher level.
/// </summary>
/// <param name="Title">The text of the heading.</param>
/// <param name="Text">The text between the heading and the next heading of any level.</param>
/// <param name="Blocks">The same as Markdown blocks.</param>
/// <param name="Parts">The sections one level below.</param>
internal sealed record PageSection(
    string Title, string Text, IReadOnlyList<Block> Blocks, IReadOnlyList<PageSection> Parts)
{
    /// <summary>Gets the section with a title.</summary>
    public PageSection this[string title] => Parts.SingleOrDefault(part => part.Title == title)
        ?? throw new InvalidDataException($"'{Title}' has no '{title}'.");

    /// <summary>Gets the fences with their languages.</summary>
    public IEnumerable<(string? Language, string Text)> Fences =>
        Blocks.OfType<FencedCodeBlock>().Select(fence => (fence.Info, fence.Lines.ToString()));

    /// <summary>Reads the section whose heading is the first of the blocks.</summary>
    public static PageSection Read(string source, IReadOnlyList<Block> blocks)
    {
        var heading = (HeadingBlock)blocks[0];
        Block[] own = [.. blocks.Skip(1).TakeWhile(block => block is not HeadingBlock)];
        var parts = new List<PageSection>();
        for (int i = 1 + own.Length; i < blocks.Count;)
        {
            int length = 1 + blocks.Skip(i + 1)
                .TakeWhile(block => block is not HeadingBlock next || next.Level > heading.Level + 1).Count();
            parts.Add(Read(source, [.. blocks.Skip(i).Take(length)]));
            i += length;
        }

        string text = own.Length == 0 ? string.Empty : source[own[0].Span.Start..(own[^1].Span.End + 1)];
        return new PageSection(Words(source, heading), text, own, parts);
    }

    private static string Words(string source, HeadingBlock heading) =>
        source.Substring(heading.Span.Start, heading.Span.Length).TrimStart('#').Trim();
}
