namespace ProxyHelper.Tables;

/// <summary>Finds the tags of XML text that arrives in pieces, and keeps the text that the caller needs.</summary>
/// <param name="maxLength">The most characters that are kept.</param>
internal sealed class XmlMarkup(int maxLength)
{
    private const int FirstLength = 4096;

    private char[] _kept = new char[Math.Min(FirstLength, maxLength)];
    private int _length;
    private int _tagStart = -1; // -1 outside a tag, a comment and the like
    private char _quote; // of the attribute value at the current place, or NUL
    private bool _isComplete;

    /// <summary>Gets or sets whether all text is kept. If not, only the current tag is kept.</summary>
    public bool KeepsText { get; set; }

    /// <summary>Gets the kept text. Its end is the current tag.</summary>
    public ReadOnlySpan<char> Kept => _kept.AsSpan(0, _length);

    /// <summary>Gets the number of the current line. The first line has number 1.</summary>
    public int Line { get; private set; } = 1;

    /// <summary>Gets the line where the tag starts.</summary>
    public int TagLine { get; private set; }

    /// <summary>Gets whether the end of a tag, a comment or the like is missing.</summary>
    public bool IsOpen => _tagStart >= 0 && !_isComplete;

    /// <summary>Gets whether the text was too long to be kept. The text is then lost, and there is no tag.</summary>
    public bool IsTooLong { get; private set; }

    /// <summary>Gets whether the tag starts an element, which can be empty.</summary>
    public bool IsStart => Tag[1] != '/';

    /// <summary>Gets the change of the number of open elements: 1, 0 or -1.</summary>
    public int Step => !IsStart ? -1 : Tag is [.., '/', '>'] ? 0 : 1;

    private bool IsTag => Tag[1] is not ('!' or '?');

    private bool HasEnd => Tag switch
    {
        ['<', '!', '-', '-', .. var rest] => rest is [.., '-', '-', '>'],
        ['<', '!', '[', 'C', 'D', 'A', 'T', 'A', '[', .. var rest] => rest is [.., ']', ']', '>'],
        ['<', '?', .. var rest] => rest is [.., '?', '>'],
        _ => true,
    };

    private Span<char> Tag => _kept.AsSpan(_tagStart, _length - _tagStart);

    /// <summary>Moves behind the next tag. Comments, declarations and the like are passed over.</summary>
    /// <param name="text">The text without line ends. The part that was read is removed.</param>
    /// <returns>True behind a tag, or if the text is too long; false at the end of the text.</returns>
    public bool MoveNext(ref ReadOnlySpan<char> text)
    {
        if (_isComplete || IsTooLong)
        {
            EndTag();
        }

        while (!text.IsEmpty && !_isComplete && !IsTooLong)
        {
            int read = _tagStart < 0 ? ReadText(text) : Tag.Length == 1 ? ReadKind(text[0]) : ReadTag(text);
            text = text[read..];
        }

        return _isComplete || IsTooLong;
    }

    /// <summary>Ends the line, which is a blank in the text.</summary>
    public void EndLine()
    {
        Line++;
        if (IsOpen || KeepsText)
        {
            Keep("\n");
        }
    }

    /// <summary>Forgets the text before the tag.</summary>
    public void KeepOnlyTag()
    {
        int length = Tag.Length;
        Tag.CopyTo(_kept);
        (_tagStart, _length) = (0, length);
    }

    /// <summary>Returns whether the tag has one of the local names.</summary>
    public bool HasNameOf(string[] names)
    {
        ReadOnlySpan<char> own = Tag[(IsStart ? 1 : 2)..^1];
        int end = own.IndexOfAny(" \t\n/");
        own = end < 0 ? own : own[..end];
        own = own[(own.IndexOf(':') + 1)..];
        foreach (string name in names)
        {
            if (own.SequenceEqual(name))
            {
                return true;
            }
        }

        return false;
    }

    private int ReadText(ReadOnlySpan<char> text)
    {
        int start = text.IndexOf('<');
        ReadOnlySpan<char> before = start < 0 ? text : text[..start];
        if (KeepsText)
        {
            Keep(before);
        }

        if (start >= 0 && !IsTooLong)
        {
            StartTag();
        }

        return Math.Min(before.Length + 1, text.Length);
    }

    // Another character behind "<" shows that it does not start a tag.
    private int ReadKind(char kind)
    {
        bool isTag = char.IsLetter(kind) || kind is '_' or ':' or '/' or '!' or '?';
        if (!isTag)
        {
            EndTag();
            return 0;
        }

        Keep([kind]);
        return 1;
    }

    private int ReadTag(ReadOnlySpan<char> text)
    {
        int place = !IsTag ? text.IndexOf('>')
            : _quote != '\0' ? text.IndexOfAny(_quote, '<')
            : text.IndexOfAny("<>\"'");
        Keep(place < 0 ? text : text[..(place + (text[place] == '<' ? 0 : 1))]);
        if (place >= 0 && !IsTooLong)
        {
            EndPart(text[place]);
        }

        return place < 0 ? text.Length : place + 1;
    }

    // A "<" inside a tag shows that the end of the tag is missing.
    private void EndPart(char end)
    {
        if (!IsTag)
        {
            if (HasEnd)
            {
                EndTag();
            }
        }
        else if (end == '<')
        {
            StartTag();
        }
        else if (end == '>')
        {
            _isComplete = true;
        }
        else
        {
            _quote = _quote == '\0' ? end : '\0';
        }
    }

    private void StartTag()
    {
        _length = KeepsText ? _length : 0;
        _tagStart = _length;
        _quote = '\0';
        TagLine = Line;
        Keep("<");
    }

    private void EndTag()
    {
        _length = KeepsText && !IsTooLong ? _length : 0;
        _tagStart = -1;
        _isComplete = IsTooLong = false;
    }

    private void Keep(ReadOnlySpan<char> text)
    {
        int length = _length + text.Length;
        if (length > maxLength)
        {
            IsTooLong = true;
            return;
        }

        if (length > _kept.Length)
        {
            Array.Resize(ref _kept, Math.Min(maxLength, Math.Max(length, 2 * _kept.Length)));
        }

        text.CopyTo(_kept.AsSpan(_length));
        _length = length;
    }
}
