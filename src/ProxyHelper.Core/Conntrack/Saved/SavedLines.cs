namespace ProxyHelper.Conntrack.Saved;

/// <summary>
/// Reads the lines of a saved table. Only the first characters of a long line are kept, so a file without line ends
/// does not fill the memory.
/// </summary>
/// <param name="text">The text of the table. The caller closes it.</param>
public sealed class SavedLines(TextReader text)
{
    /// <summary>
    /// The most characters of a line that are kept: 4096. The longest line of the kernel or the conntrack tool has
    /// about 500.
    /// </summary>
    public const int MaximumLength = 4096;

    private readonly char[] _chunk = new char[MaximumLength];
    private readonly char[] _line = new char[MaximumLength];
    private int _chunkStart;
    private int _chunkEnd;
    private int _length;

    /// <summary>Gets the current line without its line end.</summary>
    public ReadOnlySpan<char> Current => _line.AsSpan(0, _length);

    /// <summary>Gets the number of the current line. The first line has number 1.</summary>
    public int Number { get; private set; }

    /// <summary>Moves to the next line.</summary>
    /// <returns>False at the end of the text.</returns>
    public bool MoveNext()
    {
        _length = 0;
        bool hasAny = false;
        while (_chunkStart < _chunkEnd || Fill())
        {
            ReadOnlySpan<char> rest = _chunk.AsSpan(_chunkStart.._chunkEnd);
            int end = rest.IndexOf('\n');
            Keep(end < 0 ? rest : rest[..end]);
            _chunkStart = end < 0 ? _chunkEnd : _chunkStart + end + 1;
            hasAny = true;
            if (end >= 0)
            {
                break;
            }
        }

        _length -= Current is [.., '\r'] ? 1 : 0;
        Number += hasAny ? 1 : 0;
        return hasAny;
    }

    private bool Fill()
    {
        _chunkStart = 0;
        _chunkEnd = text.Read(_chunk);
        return _chunkEnd > 0;
    }

    private void Keep(ReadOnlySpan<char> part)
    {
        ReadOnlySpan<char> kept = part[..Math.Min(part.Length, MaximumLength - _length)];
        kept.CopyTo(_line.AsSpan(_length));
        _length += kept.Length;
    }
}
