using System.Text.RegularExpressions;

namespace ProxyHelper.Documents.Help;

/// <summary>
/// Brings the output on a page and the output of a cmdlet into a form that can be compared. All words and lines must be
/// equal, except those that differ at each run or on each machine. They must be of the same kind at the same place:
/// - a date, a time of day, with or without seconds, and seconds with six decimals (round trips);
/// - the number of a job or of a conntrack entry: after the word "id", and in the first column of a table with the
/// heading "Id";
/// - the limit of the conntrack table: after "Maximum :", and between "of" and "entries";
/// - the time of an answer, between "within" and "ms", and the system's name, in a row that begins with "Host Passed".
/// The kernel lists in no order, so the rows of a table and the words between braces are sorted first.
/// </summary>
internal static partial class DocumentedOutput
{
    /// <summary>Returns the text in this form.</summary>
    public static string Comparable(string text)
    {
        var lines = new List<string>();
        var rows = new List<string>();
        bool inTable = false;
        bool isNumbered = false;
        foreach (string line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            string words = string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
            if (inTable && words.Length > 0)
            {
                rows.Add(Masked(isNumbered ? FirstNumber().Replace(words, "<id>") : words));
                continue;
            }

            lines.AddRange(rows.Order(StringComparer.Ordinal));
            rows.Clear();
            inTable = words.Length > 0 && words.All(letter => letter is '-' or ' ');
            isNumbered = inTable && lines[^1].StartsWith("Id ", StringComparison.Ordinal);
            if (words.Length > 0)
            {
                lines.Add(Masked(words));
            }
        }

        return string.Join('\n', lines.Concat(rows.Order(StringComparer.Ordinal)));
    }

    private static string Masked(string words)
    {
        words = Date().Replace(words, "<date>");
        words = TimeOfDay().Replace(words, "<time>");
        words = Minute().Replace(words, "<minute>");
        words = RoundTrip().Replace(words, "<seconds>");
        words = Id().Replace(words, "<id>");
        words = Limit().Replace(words, "<limit>");
        words = Within().Replace(words, "<time>");
        words = SystemName().Replace(words, "<system>");
        return Braces().Replace(words, braces =>
            $"{{{string.Join(", ", braces.Value.Trim('{', '}').Split(", ").Order(StringComparer.Ordinal))}}}");
    }

    [GeneratedRegex(@"(?<!\S)\d{4}-\d\d-\d\d(?!\S)")]
    private static partial Regex Date();

    [GeneratedRegex(@"(?<!\S)\d\d:\d\d:\d\d(?!\S)")]
    private static partial Regex TimeOfDay();

    [GeneratedRegex(@"(?<!\S)\d\d:\d\d(?!\S)")]
    private static partial Regex Minute();

    [GeneratedRegex(@"(?<!\S)\d+\.\d{6}(?!\S)")]
    private static partial Regex RoundTrip();

    [GeneratedRegex(@"(?<=\bid )\d+\b")]
    private static partial Regex Id();

    [GeneratedRegex(@"^\d+(?= )")]
    private static partial Regex FirstNumber();

    [GeneratedRegex(@"(?<=^Maximum : )\d+$|(?<=\bof )\d+(?= entries\b)")]
    private static partial Regex Limit();

    [GeneratedRegex(@"(?<=\bwithin )\d+(\.\d+)?(?= ms\b)")]
    private static partial Regex Within();

    [GeneratedRegex(@"(?<=^Host Passed )[^;]+(?=;)")]
    private static partial Regex SystemName();

    [GeneratedRegex(@"\{[^{}]*\}")]
    private static partial Regex Braces();
}
