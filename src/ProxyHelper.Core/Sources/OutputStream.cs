namespace ProxyHelper.Sources;

/// <summary>
/// Represents the output of a program as a stream. A program that writes too much ends the reading with an exception.
/// </summary>
/// <param name="read">Reads some bytes, and returns 0 at the end.</param>
/// <param name="maxBytes">The most bytes of the output.</param>
internal sealed class OutputStream(OutputStream.Reader read, long maxBytes) : Stream
{
    private long _count;

    /// <summary>Reads some bytes, and waits for them. Returns 0 at the end.</summary>
    public delegate int Reader(Span<byte> buffer);

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => _count;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">Thrown when the output is too long.</exception>
    public override int Read(Span<byte> buffer)
    {
        int count = read(buffer);
        _count += count;
        return _count <= maxBytes ? count : throw new InvalidDataException($"wrote more than {maxBytes >> 20} MiB");
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
