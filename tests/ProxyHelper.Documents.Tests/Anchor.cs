using System.Globalization;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace ProxyHelper.Documents;

/// <summary>The names that GitHub gives to headings, by which links lead to them.</summary>
internal static class Anchor
{
    /// <summary>Those of a document's headings; where two would be the same, the second one gets a number.</summary>
    public static HashSet<string> Of(MarkdownDocument document)
    {
        var anchors = new HashSet<string>(StringComparer.Ordinal);
        foreach (HeadingBlock heading in document.Descendants<HeadingBlock>())
        {
            string name = Of(string.Concat(heading.Inline!.Descendants().Select(TextOf)));
            string unique = name;
            for (int number = 1; !anchors.Add(unique); number++)
            {
                unique = $"{name}-{number}";
            }
        }

        return anchors;
    }

    /// <summary>That of a heading's text: small letters, digits, - and _; a space becomes a -, all else is left out.</summary>
#pragma warning disable CA1308 // small letters are what GitHub makes of them
    private static string Of(string text) => string.Concat(text.ToLower(CultureInfo.InvariantCulture)
        .Where(letter => char.IsLetterOrDigit(letter) || letter is ' ' or '-' or '_')
        .Select(letter => letter == ' ' ? '-' : letter));
#pragma warning restore CA1308

    private static string TextOf(MarkdownObject inline) => inline switch
    {
        LiteralInline literal => literal.Content.ToString(),
        CodeInline code => code.Content,
        _ => string.Empty,
    };
}
