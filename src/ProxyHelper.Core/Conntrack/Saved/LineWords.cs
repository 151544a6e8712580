namespace ProxyHelper.Conntrack.Saved;

/// <summary>
/// Enumerates the words of a line. Text in brackets is one word, such as "[start=Wed Nov 25 16:20:01 2026]". A bracket
/// that is not closed is a part of an ordinary word.
/// </summary>
internal ref struct LineWords
{
    private const string Blanks = " \t\r\n";

    private ReadOnlySpan<char> _rest;
    private int _equalSign;

    /// <summary>Initializes an enumeration before the first word.</summary>
    public LineWords(ReadOnlySpan<char> line)
    {
        _rest = line;
    }

    /// <summary>Gets the current word with its brackets. At the end of the line, the word is empty.</summary>
    public ReadOnlySpan<char> Current { get; private set; }

    /// <summary>Gets whether the word is in brackets.</summary>
    public readonly bool IsBracketed => Current is ['[', .., ']'];

    /// <summary>Gets whether the word has the form name=value.</summary>
    public readonly bool HasValue => !IsBracketed && _equalSign >= 0;

    /// <summary>Gets whether the word has no brackets and no value.</summary>
    public readonly bool IsBare => !Current.IsEmpty && !IsBracketed && _equalSign < 0;

    /// <summary>Gets the text before the equal sign, or the whole word without an equal sign.</summary>
    public readonly ReadOnlySpan<char> Name => _equalSign < 0 ? Current : Current[.._equalSign];

    /// <summary>Gets the text after the equal sign, or nothing without an equal sign.</summary>
    public readonly ReadOnlySpan<char> Value => _equalSign < 0 ? default : Current[(_equalSign + 1)..];

    /// <summary>Moves to the next word.</summary>
    /// <returns>False at the end of the line.</returns>
    public bool MoveNext()
    {
        _rest = _rest.TrimStart(Blanks);
        int end = BracketEnd(_rest);
        end = end > 0 ? end : _rest.IndexOfAny(Blanks);
        int length = end > 0 ? end : _rest.Length;
        Current = _rest[..length];
        _rest = _rest[length..];
        _equalSign = Current.IndexOf('=');
        return !Current.IsEmpty;
    }

    // Returns 0 without an opening bracket, and if another bracket opens before the first one is closed.
    private static int BracketEnd(ReadOnlySpan<char> text)
    {
        if (!text.StartsWith('['))
        {
            return 0;
        }

        int next = text[1..].IndexOfAny('[', ']') + 1;
        return next > 0 && text[next] == ']' ? next + 1 : 0;
    }
}
