namespace ProxyHelper.Conntrack.Saved;

/// <summary>
/// A walk over the words of a line. What is in brackets is one word, as in "[start=Wed Nov 25 16:20:01 2026]". A bracket that is not
/// closed is the last word.
/// </summary>
internal ref struct LineWords
{
    private const string Blanks = " \t\r\n";

    private ReadOnlySpan<char> _rest;
    private int _equalSign;

    /// <summary>Starts before the first word.</summary>
    public LineWords(ReadOnlySpan<char> line)
    {
        _rest = line;
    }

    /// <summary>The word that <see cref="MoveNext"/> came to, with its brackets; empty at the end.</summary>
    public ReadOnlySpan<char> Current { get; private set; }

    /// <summary>Whether it is in brackets, or would be if there were a closing one.</summary>
    public readonly bool IsBracketed => Current.StartsWith('[');

    /// <summary>Whether it is in brackets, and they are closed.</summary>
    public readonly bool IsClosed => IsBracketed && Current.EndsWith(']');

    /// <summary>Whether it has the form name=value.</summary>
    public readonly bool HasValue => !IsBracketed && _equalSign >= 0;

    /// <summary>Whether it is a word by itself.</summary>
    public readonly bool IsBare => !Current.IsEmpty && !IsBracketed && _equalSign < 0;

    /// <summary>What is before the equal sign; the whole word where there is none.</summary>
    public readonly ReadOnlySpan<char> Name => _equalSign < 0 ? Current : Current[.._equalSign];

    /// <summary>What is behind the equal sign; nothing where there is none.</summary>
    public readonly ReadOnlySpan<char> Value => _equalSign < 0 ? default : Current[(_equalSign + 1)..];

    /// <summary>Goes to the next word.</summary>
    /// <returns>False at the end.</returns>
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
