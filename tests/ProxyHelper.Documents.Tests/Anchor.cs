using System.Globalization;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace ProxyHelper.Documents;

/// <summary>Computes the names that GitHub gives to headings. Links use these names behind a #.</summary>
internal static class Anchor
{
    /// <summary>
    /// Returns the names of the headings of a document. If two headings have the same name, the second one gets a
    /// number.
    /// </summary>
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

    /// <summary>
    /// Returns the name for a heading's text: lower-case letters, digits, - and _. A space becomes a -. Other
    /// characters are removed.
    /// </summary>
#pragma warning disable CA1308 // GitHub uses lower-case letters
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
