using System.Buffers;
using ProxyHelper.Addresses;

namespace ProxyHelper.Tables.Pf;

/// <summary>Recognizes the text of pfctl, and the lines in it that are not states.</summary>
internal static class PfRecognition
{
    private const int LongestTitle = 40;

    private static readonly SearchValues<char> _titleLetters = SearchValues.Create(" ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    private static readonly string[] _titles = ["TRANSLATION RULES:", "FILTER RULES:", "STATES:"];

    /// <summary>Returns whether a line is a state, a title or a message of pfctl.</summary>
    public static bool IsOfForm(ReadOnlySpan<char> line)
    {
        ReadOnlySpan<char> text = line.Trim();
        return IsMessage(text) || _titles.AsSpan().Contains(text.ToString()) || HasShape(text);
    }

    /// <summary>Returns whether a line is the title of a section of "pfctl -sa".</summary>
    public static bool IsTitle(ReadOnlySpan<char> text) =>
        text is [>= 'A' and <= 'Z', .., ':'] && text.Length <= LongestTitle
        && !text[..^1].ContainsAnyExcept(_titleLetters);

    /// <summary>Returns whether a line says nothing about states.</summary>
    public static bool IsSilent(ReadOnlySpan<char> text) =>
        text.IsEmpty || text is "--" || IsMessage(text) || IsCommand(text);

    // pfctl writes these messages to its standard error, which users often save together with the states.
    private static bool IsMessage(ReadOnlySpan<char> text) =>
        text is "No ALTQ support in kernel" or "ALTQ related functions disabled";

    // The prompt of the root user has a blank before its mark: "root@fw:~ # pfctl -ss".
    private static bool IsCommand(ReadOnlySpan<char> text) =>
        text.Contains("pfctl -", StringComparison.Ordinal)
        || TerminalText.IsPrompt(text)
        || (text is [.., '#' or '%' or '$' or '>'] && text.Contains('@') && char.IsAsciiLetterOrDigit(text[0]));

    // A state with names in place of addresses has a fault, but belongs to pf.
    private static bool HasShape(ReadOnlySpan<char> text)
    {
        var words = new PfWords(text);
        ReadOnlySpan<char> first = words.Take();
        return !first.IsEmpty && char.IsAsciiLetter(first[0])
            && ProtocolText.TryRead(words.Take(), out IPProtocol protocol)
            && (words.Rest.Contains(" -> ", StringComparison.Ordinal)
                || words.Rest.Contains(" <- ", StringComparison.Ordinal))
            && PfStateWords.AreValid(text[(text.LastIndexOfAny(" \t") + 1)..], protocol);
    }
}
