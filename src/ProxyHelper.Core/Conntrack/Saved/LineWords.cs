namespace ProxyHelper.Conntrack.Saved;

/// <summary>
/// Enumerates the words of a line. Text in brackets is one word, such as "[start=Wed Nov 25 16:20:01 2026]". If a
/// bracket is not closed, the rest of the line is one word.
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

    /// <summary>Gets whether the word has an opening bracket.</summary>
    public readonly bool IsBracketed => Current.StartsWith('[');

    /// <summary>Gets whether the word has both brackets.</summary>
    public readonly bool IsClosed => IsBracketed && Current.EndsWith(']');

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
        int end = _rest.StartsWith('[') ? _rest.IndexOf(']') + 1 : _rest.IndexOfAny(Blanks);
        int length = end > 0 ? end : _rest.Length;
        Current = _rest[..length];
        _rest = _rest[length..];
        _equalSign = Current.IndexOf('=');
        return !Current.IsEmpty;
    }
}
