using System.Globalization;
using System.Text;

namespace ProxyHelper.Addresses;

/// <summary>
/// Makes text from files, rules, the command line and the network safe for terminals and logs. Characters that control
/// a terminal, break a line, are invisible or change the direction of the text become visible escapes: \n or \u001b.
/// </summary>
internal static class PrintableText
{
    /// <summary>The default limit of a text: 2000 characters.</summary>
    public const int MaxLength = 2000;

    private const char Ellipsis = '…';

    /// <summary>
    /// Returns the text with visible escapes. A text that is longer than the limit is cut, and ends with an ellipsis.
    /// Text that is printable already is returned as it is.
    /// </summary>
    public static string From(string? text, int maxLength = MaxLength)
    {
        text ??= string.Empty;
        if (text.Length <= maxLength && IsPrintable(text))
        {
            return text;
        }

        var printable = new StringBuilder(Math.Min(text.Length, maxLength) + 1);
        int end = 0; // The length of the longest beginning that leaves space for the ellipsis.
        for (int index = 0; index < text.Length && printable.Length <= maxLength;)
        {
            bool isPrintable = Rune.TryGetRuneAt(text, index, out Rune rune) && IsPrintable(rune);
            _ = isPrintable ? printable.Append(rune) : AppendEscape(printable, text[index]);
            index += isPrintable ? rune.Utf16SequenceLength : 1;
            end = printable.Length < maxLength ? printable.Length : end;
        }

        return printable.Length <= maxLength
            ? printable.ToString()
            : printable.Remove(end, printable.Length - end).Append(Ellipsis).ToString();
    }

    private static bool IsPrintable(string text)
    {
        foreach (char letter in text.AsSpan())
        {
            if (letter is < ' ' or > '~' && !IsPrintable(letter))
            {
                return false; // Both halves of a character outside the basic plane end here, too.
            }
        }

        return true;
    }

    private static bool IsPrintable(char letter) => Rune.TryCreate(letter, out Rune rune) && IsPrintable(rune);

    // The category Format has the bidirectional controls, the characters without width, and the tags.
    private static bool IsPrintable(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse);

    private static StringBuilder AppendEscape(StringBuilder printable, char letter) => letter switch
    {
        '\n' => printable.Append("\\n"),
        '\r' => printable.Append("\\r"),
        '\t' => printable.Append("\\t"),
        _ => printable.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}"),
    };
}
