using System.Text;
using ProxyHelper.Diagnosis;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Breaks text into lines for the views. The engine breaks within a word, and within a command that is to be pasted.
/// Commands are between apostrophes, or follow the last colon.
/// </summary>
public static class WrappedText
{
    private const int SeverityWidth = 9;
    private const string ActionMark = "  => ";
    private const int SmallestWidth = 40;
    private const int DefaultWidth = 120;

    /// <summary>Returns the text of a finding. The action begins on a line of its own.</summary>
    /// <param name="finding">The finding.</param>
    /// <param name="width">The width of the screen, or 0 if it is not known.</param>
    public static string Of(Finding finding, int width)
    {
        ArgumentNullException.ThrowIfNull(finding);
        string reason = Of($"{finding.Severity}".PadRight(SeverityWidth) + $"{finding.Check}: {finding.Reason}", width,
            SeverityWidth);
        return finding.Action is { Length: > 0 } action
            ? $"{reason}\n{Of(ActionMark + action, width, ActionMark.Length)}"
            : reason;
    }

    /// <summary>Returns the text in lines that are not longer than the screen.</summary>
    /// <param name="text">The text.</param>
    /// <param name="width">The width of the screen, or 0 if it is not known.</param>
    public static string Of(string text, int width) => Of(text, width, indent: 0);

    private static string Of(string text, int width, int indent)
    {
        ArgumentNullException.ThrowIfNull(text);
        int room = (width <= 0 ? DefaultWidth : Math.Max(width, SmallestWidth)) - 1; // The engine breaks a full line.
        var lines = new StringBuilder();
        int column = 0;
        foreach (string part in Parts(text))
        {
            string piece = part;
            if (column > 0 && column + piece.TrimEnd().Length > room)
            {
                TrimEnd(lines).Append('\n').Append(' ', indent);
                column = indent;
                piece = piece.TrimStart();
            }

            lines.Append(piece);
            column += piece.Length;
        }

        return TrimEnd(lines).ToString();
    }

    /// <summary>Returns the parts that stay on one line: words, and commands. Spaces follow a part.</summary>
    private static IEnumerable<string> Parts(string text)
    {
        int start = 0;
        int tail = StartOfTail(text);
        while (start < text.Length)
        {
            int end = start >= tail ? text.Length : EndOfWord(text, start);
            yield return text[start..end];
            start = end;
        }
    }

    /// <summary>Returns where the command after the last colon begins, or the end of the text.</summary>
    private static int StartOfTail(string text)
    {
        if (text.EndsWith('.'))
        {
            return text.Length; // a sentence and not a command
        }

        int tail = text.Length;
        bool isQuoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            // An apostrophe within a word, as in "smtp-gated's", or after a backslash quotes nothing.
            i += !isQuoted && text[i] == '\\' && i + 2 < text.Length ? 2 : 0;
            bool turns = text[i] == '\'' && (isQuoted || i == 0 || !char.IsAsciiLetterOrDigit(text[i - 1]));
            isQuoted ^= turns;
            tail = !isQuoted && text.AsSpan(i).StartsWith(": ") ? i + 2 : tail;
        }

        return tail;
    }

    private static int EndOfWord(string text, int start)
    {
        bool isQuoted = false;
        int end = start;
        while (end < text.Length && (isQuoted || text[end] != ' '))
        {
            // An apostrophe within a word, as in "smtp-gated's", quotes nothing.
            bool opens = text[end] == '\'' && (end == start || text[end - 1] == '(');
            isQuoted = isQuoted ? text[end] != '\'' : opens && text.IndexOf('\'', end + 1) > 0;
            end++;
        }

        while (end < text.Length && text[end] == ' ')
        {
            end++;
        }

        return end;
    }

    private static StringBuilder TrimEnd(StringBuilder text)
    {
        while (text.Length > 0 && text[^1] == ' ')
        {
            text.Length--;
        }

        return text;
    }
}
