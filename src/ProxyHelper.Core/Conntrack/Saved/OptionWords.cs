namespace ProxyHelper.Conntrack.Saved;

/// <summary>Enumerates the options of a command line, each with the word after it.</summary>
internal ref struct OptionWords
{
    private LineWords _words;
    private bool _hasNext;

    /// <summary>Initializes an enumeration before the first option.</summary>
    public OptionWords(ReadOnlySpan<char> line)
    {
        _words = new LineWords(line);
        _hasNext = _words.MoveNext();
    }

    /// <summary>Gets the option, such as "-s". At the end of the line, the option is empty.</summary>
    public ReadOnlySpan<char> Name { get; private set; }

    /// <summary>Gets the word after the option, or nothing if another option follows.</summary>
    public ReadOnlySpan<char> Value { get; private set; }

    /// <summary>Gets whether the current word is in brackets. Words after it are not options.</summary>
    public readonly bool IsBracketed => Name is ['[', .., ']'];

    /// <summary>Moves to the next option.</summary>
    /// <returns>False at the end of the line.</returns>
    public bool MoveNext()
    {
        Name = _hasNext ? _words.Current : default;
        _hasNext = _hasNext && _words.MoveNext();
        Value = _hasNext && !_words.Current.StartsWith('-') ? _words.Current : default;
        if (!Value.IsEmpty)
        {
            _hasNext = _words.MoveNext();
        }

        return !Name.IsEmpty;
    }
}
