namespace ProxyHelper.PowerShell.Resolving;

/// <summary>Reads texts one after the other, with a line end after each, without a copy of them.</summary>
internal sealed class JoinedLines(IReadOnlyList<string> texts) : TextReader
{
    private int _text;
    private int _offset;

    /// <inheritdoc/>
    public override int Read(Span<char> buffer)
    {
        int count = 0;
        while (count < buffer.Length && _text < texts.Count)
        {
            ReadOnlySpan<char> rest = texts[_text].AsSpan(_offset);
            if (rest.IsEmpty)
            {
                buffer[count++] = '\n';
                _text++;
                _offset = 0;
            }
            else
            {
                int part = Math.Min(rest.Length, buffer.Length - count);
                rest[..part].CopyTo(buffer[count..]);
                count += part;
                _offset += part;
            }
        }

        return count;
    }

    /// <inheritdoc/>
    public override int Read(char[] buffer, int index, int count) => Read(buffer.AsSpan(index, count));
}
