namespace ProxyHelper.Tables.Json;

/// <summary>
/// Follows the braces, brackets and text values of one JSON object, so that its end is found without reading it. The
/// values themselves are not checked.
/// </summary>
internal struct JsonNesting
{
    private const int MaxDepth = 64; // that of System.Text.Json

    private ulong _arrays; // A bit for each open container: 1 for an array.
    private int _depth;
    private char _previous;
    private bool _isEscaped;

    /// <summary>Gets whether a text value is open.</summary>
    public bool IsInText { get; private set; }

    /// <summary>Gets whether an object or an array can start at this place.</summary>
    public readonly bool CanOpen => _depth == 0 || _previous == ':' || (IsInArray && _previous is '[' or ',');

    /// <summary>Gets whether the object is closed.</summary>
    public readonly bool IsClosed => _depth == 0;

    private readonly bool IsInArray => (_arrays & (1UL << (_depth - 1))) != 0;

    /// <summary>Reads up to the end of the object, or up to a character that cannot be in an object there.</summary>
    /// <param name="text">The text. Its first character is the brace of the object, or goes on after a call.</param>
    /// <param name="isFault">Whether the object cannot go on with the character after the ones that were read.</param>
    /// <returns>The number of characters that belong to the object.</returns>
    public int Read(ReadOnlySpan<char> text, out bool isFault)
    {
        isFault = false;
        int place = 0;
        while (place < text.Length)
        {
            if (IsInText)
            {
                place += ReadText(text[place..]);
                continue;
            }

            char letter = text[place];
            isFault = !TryAdvance(letter);
            if (isFault)
            {
                return place;
            }

            _previous = letter is ' ' or '\t' ? _previous : letter;
            place++;
            if (IsClosed)
            {
                return place;
            }
        }

        return place;
    }

    private int ReadText(ReadOnlySpan<char> text)
    {
        if (_isEscaped)
        {
            _isEscaped = false;
            return 1;
        }

        int end = text.IndexOfAny('"', '\\');
        if (end < 0)
        {
            return text.Length;
        }

        _isEscaped = text[end] == '\\';
        IsInText = _isEscaped;
        return end + 1;
    }

    private bool TryAdvance(char letter)
    {
        switch (letter)
        {
            case '{' or '[':
                return CanOpen && TryOpen(letter == '[');
            case '}' or ']':
                bool isClosedAsOpened = IsInArray == (letter == ']');
                _depth--;
                return isClosedAsOpened;
            case '"':
                IsInText = true;
                return true;
            default:
                return true;
        }
    }

    private bool TryOpen(bool isArray)
    {
        if (_depth == MaxDepth)
        {
            return false;
        }

        ulong bit = 1UL << _depth;
        _arrays = isArray ? _arrays | bit : _arrays & ~bit;
        _depth++;
        return true;
    }
}
