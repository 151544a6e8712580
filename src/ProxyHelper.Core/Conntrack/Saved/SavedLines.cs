namespace ProxyHelper.Conntrack.Saved;

/// <summary>
/// The lines of a saved table, one after the other. A line is kept up to a bound only: so a file that has no line ends fills no memory.
/// </summary>
/// <param name="text">The table; whoever opened it closes it.</param>
public sealed class SavedLines(TextReader text)
{
    /// <summary>How many characters of a line are kept. The longest that the kernel or the conntrack tool writes has some 500.</summary>
    public const int Longest = 4096;

    private readonly char[] _chunk = new char[Longest];
    private readonly char[] _line = new char[Longest];
    private int _chunkStart;
    private int _chunkEnd;
    private int _length;

    /// <summary>The line that <see cref="MoveNext"/> came to, without its end.</summary>
    public ReadOnlySpan<char> Current => _line.AsSpan(0, _length);

    /// <summary>The number of this line, the first being 1.</summary>
    public int Number { get; private set; }

    /// <summary>Goes to the next line.</summary>
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
        ReadOnlySpan<char> kept = part[..Math.Min(part.Length, Longest - _length)];
        kept.CopyTo(_line.AsSpan(_length));
        _length += kept.Length;
    }
}
