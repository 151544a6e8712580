using System.Text.RegularExpressions;
using ProxyHelper.Addresses;

namespace ProxyHelper.Diagnosis.Relay;

/// <summary>
/// Reads what a target sends after the header. A program that does not know the header takes it for a request, and
/// answers with an error of its own protocol.
/// </summary>
internal static partial class TargetText
{
    private const int MaxShown = 80;

    /// <summary>Returns whether a line is an error of HTTP, SMTP, POP3, IMAP or SSH.</summary>
    public static bool IsError(string text) => Errors.IsMatch(text);

    /// <summary>
    /// Returns the line with the error, or else the first line, with characters that a terminal can show.
    /// </summary>
    public static string Describe(string text)
    {
        string[] lines = text.Split((char[])['\r', '\n'], StringSplitOptions.RemoveEmptyEntries);
        string line = Array.Find(lines, IsError) ?? lines.FirstOrDefault() ?? string.Empty;
        return PrintableText.From(line, MaxShown);
    }

    [GeneratedRegex(@"^(HTTP/\d(\.\d)? [45]\d\d|[45]\d\d[ -]|-ERR|\S+ BAD|Invalid SSH)", RegexOptions.Multiline)]
    private static partial Regex Errors { get; }
}
