namespace ProxyHelper.Tables;

/// <summary>
/// Recognizes what a terminal adds to the output of a command: prompts, the typed command, and the marks of a pager.
/// </summary>
internal static class TerminalText
{
    /// <summary>The reason of the fault where a pager was.</summary>
    public const string PagerReason = "a pager stopped here and can have swallowed lines";

    /// <summary>The reason of the fault where the rest of a row is in the next line.</summary>
    public const string WrapReason = "the rest of the row before, which a terminal has wrapped";

    private const int LongestPrompt = 80;

    /// <summary>
    /// Returns whether a line is a prompt, with or without a typed command, such as "Router#show ip nat translations"
    /// or "admin@vSRX> ".
    /// </summary>
    public static bool IsPrompt(ReadOnlySpan<char> line)
    {
        ReadOnlySpan<char> text = line.Trim();
        if (text.IsEmpty)
        {
            return false;
        }

        if (text.StartsWith("PS ", StringComparison.Ordinal))
        {
            return text.Contains('>');
        }

        if (IsRouterOSPrompt(text))
        {
            return true;
        }

        int end = text.IndexOfAny('#', '>', '$');
        return end is > 0 and <= LongestPrompt
            && IsPromptStart(text[0])
            && !text[..end].ContainsAny(" \t=\"<")
            && !text[end..].StartsWith("->", StringComparison.Ordinal);
    }

    /// <summary>Returns whether a line has the mark of a pager, which can have swallowed lines.</summary>
    public static bool HasPagerMark(ReadOnlySpan<char> line) =>
        line.Contains("--More--", StringComparison.OrdinalIgnoreCase)
        || line.Contains("---(more", StringComparison.OrdinalIgnoreCase)
        || line.Contains("<--- More --->", StringComparison.OrdinalIgnoreCase)
        || line.Contains("-- [Q quit|", StringComparison.Ordinal);

    // "[admin@MikroTik] > " or "[admin@MikroTik] /ip/firewall/connection> "
    private static bool IsRouterOSPrompt(ReadOnlySpan<char> text)
    {
        int at = text.IndexOf('@');
        int bracket = text.IndexOf(']');
        return text[0] == '[' && at > 0 && bracket > at && !text[..bracket].Contains('"')
            && text[bracket..].Contains('>');
    }

    private static bool IsPromptStart(char first) => char.IsAsciiLetterOrDigit(first) || first is '[' or '{';
}
