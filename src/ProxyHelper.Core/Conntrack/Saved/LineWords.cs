namespace ProxyHelper.Conntrack.Saved;

/// <summary>
/// Enumerates the words of a line. Text in brackets is one word, such as "[start=Wed Nov 25 16:20:01 2026]". A bracket
/// that is not closed is a part of an ordinary word.
/// </summary>
internal ref struct LineWords
{
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
        ReadOnlySpan<char> rest = _rest;
        int start = 0;
        while (start < rest.Length && IsBlank(rest[start]))
        {
            start++;
        }

        rest = rest[start..];
        int length = BracketEnd(rest);
        if (length > 0)
        {
            _equalSign = rest[..length].IndexOf('=');
        }
        else
        {
            length = WordLength(rest);
        }

        Current = rest[..length];
        _rest = rest[length..];
        return !Current.IsEmpty;
    }

    private static bool IsBlank(char letter) => letter is ' ' or '\t' or '\r' or '\n';

    // Words are short, so one loop for both places is faster than two searches. Few characters reach the second test.
    private int WordLength(ReadOnlySpan<char> text)
    {
        int end = 0, equalSign = -1;
        for (; end < text.Length; end++)
        {
            char letter = text[end];
            if (letter <= ' ' && IsBlank(letter))
            {
                break;
            }

            if (letter == '=' && equalSign < 0)
            {
                equalSign = end;
            }
        }

        _equalSign = equalSign;
        return end;
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
