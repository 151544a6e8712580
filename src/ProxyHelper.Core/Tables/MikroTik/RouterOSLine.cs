using System.Buffers;
using ProxyHelper.Addresses;

namespace ProxyHelper.Tables.MikroTik;

/// <summary>Recognizes the lines of "print detail" and "print terse".</summary>
internal static class RouterOSLine
{
    /// <summary>
    /// The fewest blanks in front of a line that continues an entry. RouterOS writes 12. The number of an entry has
    /// fewer blanks in front, also in a text that was indented as a whole.
    /// </summary>
    public const int LeastIndent = 12;

    private const string CommentMark = ";;;";

    private static readonly SearchValues<char> _nameLetters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789.-");

    private static readonly SearchValues<char> _flagLetters =
        SearchValues.Create(" ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private static readonly SearchValues<char> _hexDigits = SearchValues.Create("0123456789ABCDEFabcdef");

    /// <summary>
    /// Reads the start of an entry: its number, or its id such as *8001, the flags, and then the first property or a
    /// comment.
    /// </summary>
    /// <param name="line">The line.</param>
    /// <param name="id">The number or the id.</param>
    /// <param name="flags">The letters of the flags, with blanks between them.</param>
    /// <param name="rest">The line from the first property or the comment on.</param>
    /// <returns>False if the line does not start an entry.</returns>
    public static bool TryReadStart(
        ReadOnlySpan<char> line,
        out ReadOnlySpan<char> id,
        out ReadOnlySpan<char> flags,
        out ReadOnlySpan<char> rest)
    {
        ReadOnlySpan<char> text = line.TrimStart(' ');
        int end = text.IndexOf(' ');
        id = end < 0 ? default : text[..end];
        flags = default;
        rest = default;
        if (line.Length - text.Length >= LeastIndent || !IsNumberOrId(id))
        {
            return false;
        }

        ReadOnlySpan<char> more = text[end..];
        int comment = more.IndexOf(CommentMark);
        int equalSign = more.IndexOf('=');
        int start = comment >= 0 && (equalSign < 0 || comment < equalSign) ? comment : NameStart(more, equalSign);
        flags = start < 0 ? default : more[..start];
        rest = start < 0 ? default : more[start..];
        return start > 0 && flags[^1] == ' ' && !flags.ContainsAnyExcept(_flagLetters);
    }

    /// <summary>Reads a comment: ";;; text" up to the end of the line.</summary>
    public static bool TryReadComment(ReadOnlySpan<char> rest, out ReadOnlySpan<char> comment)
    {
        bool isComment = rest.StartsWith(CommentMark, StringComparison.Ordinal);
        comment = isComment ? rest[CommentMark.Length..].Trim() : default;
        return isComment;
    }

    /// <summary>
    /// Returns where the name in front of an equal sign starts. A name follows a blank or starts the text.
    /// </summary>
    /// <returns>-1 if no name is in front of the equal sign.</returns>
    public static int NameStart(ReadOnlySpan<char> text, int equalSign)
    {
        if (equalSign <= 0)
        {
            return -1;
        }

        int start = text[..equalSign].LastIndexOfAnyExcept(_nameLetters) + 1;
        return start < equalSign && (start == 0 || text[start - 1] == ' ') ? start : -1;
    }

    /// <summary>
    /// Returns whether a line is a legend of flags, which can have several lines, or the heading of a table.
    /// </summary>
    public static bool IsHeading(ReadOnlySpan<char> line)
    {
        ReadOnlySpan<char> text = line.Trim();
        return text.StartsWith("Flags: ", StringComparison.Ordinal)
            || text.StartsWith("Columns: ", StringComparison.Ordinal)
            || text.StartsWith('#')
            || IsLegend(text);
    }

    /// <summary>Returns whether a line is the heading of a table that has no addresses of replies.</summary>
    public static bool IsTableHeading(ReadOnlySpan<char> line) =>
        line.TrimStart().StartsWith('#') && line.Contains("SRC-ADDRESS", StringComparison.Ordinal);

    private static bool IsNumberOrId(ReadOnlySpan<char> text) => text is ['*', .. var id]
        ? id.Length is > 0 and <= 16 && !id.ContainsAnyExcept(_hexDigits)
        : NumberText.TryRead(text, out uint _);

    // The end of a legend that was wrapped, such as "s - srcnat, d - dstnat".
    private static bool IsLegend(ReadOnlySpan<char> text)
    {
        foreach (Range range in text.SplitAny(',', ';'))
        {
            ReadOnlySpan<char> part = text[range].Trim();
            if (!part.IsEmpty && !(part.Length > 4 && char.IsAsciiLetter(part[0]) && part[1..4] is " - "))
            {
                return false;
            }
        }

        return true;
    }
}
