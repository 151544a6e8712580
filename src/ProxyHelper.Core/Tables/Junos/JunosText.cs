namespace ProxyHelper.Tables.Junos;

/// <summary>Recognizes the lines of the output of Junos.</summary>
internal static class JunosText
{
    /// <summary>The start of a session.</summary>
    public const string SessionStart = "Session ID:";

    private const int LongestName = 60;

    /// <summary>Returns whether only the text of Junos has such a line.</summary>
    public static bool IsOfForm(ReadOnlySpan<char> line)
    {
        ReadOnlySpan<char> text = line.TrimStart();
        return text.StartsWith(SessionStart, StringComparison.Ordinal) || IsSessionHeading(text);
    }

    /// <summary>
    /// Returns whether a line is a heading or the end of a list. Such lines are the node of a cluster, a line of
    /// dashes, the card with the sessions, their total, and the mark before a prompt, such as {primary:node0}.
    /// </summary>
    public static bool IsHeading(ReadOnlySpan<char> text) =>
        NodeOf(text) is not null || IsSessionHeading(text) || !text.ContainsAnyExcept('-') || text is ['{', .., '}']
        || (text is ['[', .., ']'] && text.StartsWith("[edit", StringComparison.Ordinal));

    /// <summary>Returns the node that a heading names, such as node0, or null.</summary>
    public static string? NodeOf(ReadOnlySpan<char> text)
    {
        const string start = "node";
        return text is [.., ':'] && text.StartsWith(start, StringComparison.Ordinal)
            && text.Length > start.Length + 1 && !text[start.Length..^1].ContainsAnyExceptInRange('0', '9')
                ? text[..^1].ToString()
                : null;
    }

    /// <summary>Returns whether a text is a word of letters.</summary>
    public static bool IsWord(ReadOnlySpan<char> text)
    {
        foreach (char letter in text)
        {
            if (!char.IsAsciiLetter(letter))
            {
                return false;
            }
        }

        return text.Length is > 0 and <= LongestName;
    }

    /// <summary>Returns whether a text can be the name of a value: words that start with a letter.</summary>
    public static bool IsName(ReadOnlySpan<char> text)
    {
        foreach (char letter in text)
        {
            if (!char.IsAsciiLetterOrDigit(letter) && letter is not (' ' or '-' or '_' or '/' or '(' or ')'))
            {
                return false;
            }
        }

        return text.Length is > 0 and <= LongestName && char.IsAsciiLetter(text[0]);
    }

    /// <summary>
    /// Returns the text after the mark of a pager. The pager overwrites its mark with blanks, from the start of the
    /// line.
    /// </summary>
    public static ReadOnlySpan<char> AfterPagerMark(ReadOnlySpan<char> line)
    {
        int end = line.LastIndexOf('\r');
        int mark = line.LastIndexOf("---");
        return end > mark ? line[(end + 1)..] : line[(mark + "---".Length)..];
    }

    private static bool IsSessionHeading(ReadOnlySpan<char> text) =>
        text.StartsWith("Flow Sessions on ", StringComparison.Ordinal)
        || text.StartsWith("Total sessions:", StringComparison.Ordinal);
}
