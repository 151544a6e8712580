namespace ProxyHelper.Tables;

/// <summary>
/// Reads the text of a table in pieces: its lines, and the parts of lines that are long. A file without line ends does
/// not fill the memory.
/// </summary>
/// <param name="text">The text of the table. The caller closes it.</param>
public sealed class TextPieces(TextReader text)
{
    /// <summary>The most characters of a piece: 4096. The longest line of a known table has about 1000.</summary>
    public const int MaximumLength = 4096;

    // A piece and its line end, "\r\n".
    private const int LongestPiece = MaximumLength + 2;

    private readonly char[] _buffer = new char[4 * MaximumLength];
    private int _start;
    private int _length;
    private int _next;
    private int _end;
    private bool _isTextEnd;

    /// <summary>Gets the current piece without its line end.</summary>
    public ReadOnlySpan<char> Current => _buffer.AsSpan(_start, _length);

    /// <summary>
    /// Gets whether the line ends after the current piece. The end of the text does not end a line, because the text
    /// may be cut there.
    /// </summary>
    public bool EndsLine { get; private set; } = true;

    /// <summary>Gets the number of the current line. The first line has number 1.</summary>
    public int Line { get; private set; }

    /// <summary>Moves to the next piece.</summary>
    /// <returns>False at the end of the text.</returns>
    public bool MoveNext()
    {
        Fill();
        if (_next == _end)
        {
            return false;
        }

        Line += EndsLine ? 1 : 0;
        ReadOnlySpan<char> rest = _buffer.AsSpan(_next.._end);
        int lineEnd = rest[..Math.Min(rest.Length, LongestPiece)].IndexOf('\n');
        int length = lineEnd >= 0 ? lineEnd : rest.Length;
        int text = length - (rest[..length] is [.., '\r'] ? 1 : 0);
        bool isRest = text <= MaximumLength && (lineEnd >= 0 || (_isTextEnd && length <= LongestPiece));
        EndsLine = isRest && (lineEnd >= 0 || text < length); // a cut between "\r" and "\n" leaves a whole line
        _start = _next;
        _length = isRest ? text : MaximumLength;
        _next += isRest ? Math.Min(length + 1, rest.Length) : MaximumLength;
        return true;
    }

    /// <summary>Fills the buffer until it has a piece with its line end, or the text ends.</summary>
    private void Fill()
    {
        if (_end - _next >= LongestPiece || _isTextEnd)
        {
            return;
        }

        _buffer.AsSpan(_next.._end).CopyTo(_buffer);
        _end -= _next;
        _next = 0;
        while (_end < LongestPiece && !_isTextEnd)
        {
            int read = text.Read(_buffer.AsSpan(_end));
            _isTextEnd = read == 0;
            _end += read;
        }
    }
}
