using System.Buffers.Binary;

namespace ProxyHelper.Fuzzing;

/// <summary>
/// Makes inputs from a corpus: each is an input of the corpus with one to four changes. The same corpus and seed always
/// give the same inputs. Two thirds of the changes keep the length, because a datagram of another length is refused at
/// once.
/// </summary>
public sealed class Mutator
{
    private const int MaxInputLength = 4096;
    private const int MaxPieceLength = 32;
    private const int MaxChanges = 4;

    private static readonly byte[] _interesting = [0, 1, 0x7f, 0x80, 0xff];

    private readonly IReadOnlyList<byte[]> _corpus;
    private readonly Random _random;
    private readonly byte[] _input = new byte[MaxInputLength];
    private int _length;

    /// <summary>Makes a mutator.</summary>
    /// <param name="corpus">At least one input.</param>
    /// <param name="seed">Any number.</param>
    public Mutator(IReadOnlyList<byte[]> corpus, int seed)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        ArgumentOutOfRangeException.ThrowIfZero(corpus.Count);
        _corpus = corpus;
        _random = new Random(seed);
    }

    /// <summary>Gets the last input that <see cref="Next"/> made.</summary>
    public ReadOnlySpan<byte> Current => _input.AsSpan(0, _length);

    /// <summary>Makes the next input, which replaces the last input.</summary>
    public ReadOnlySpan<byte> Next()
    {
        _length = 0;
        Insert(at: 0, Pick());
        for (int changes = Few(MaxChanges); changes > 0; changes--)
        {
            Change();
        }

        return Current;
    }

    private void Change()
    {
        // Lengths and attributes start at multiples of four, so half of the changes do too.
        int unit = _random.Next(2) == 0 ? 1 : 4;
        int place = _random.Next(_length + 1) / unit * unit;
        Span<byte> rest = _input.AsSpan(place, _length - place);
        switch (_random.Next(12))
        {
            case 0 or 1 when !rest.IsEmpty:
                rest[0] ^= (byte)(1 << _random.Next(8));
                break;
            case 2 or 3 when !rest.IsEmpty:
                rest[0] = _interesting[_random.Next(_interesting.Length)];
                break;
            case 4 or 5:
                WriteNumber(rest);
                break;
            case 6 or 7: // other real bytes, such as another digit or attribute
                ReadOnlySpan<byte> over = PickPiece(unit);
                over[..Math.Min(over.Length, rest.Length)].CopyTo(rest);
                break;
            case 8:
                Insert(place, PickPiece(unit));
                break;
            case 9:
                Delete(place, unit * Few(MaxPieceLength / unit));
                break;
            case 10: // splice: the start of this input and the end of another input
                _length = place;
                ReadOnlySpan<byte> other = Pick();
                Insert(place, other[Math.Min(place, other.Length)..]);
                break;
            case 11:
                _length = place;
                break;
        }
    }

    /// <summary>Returns a number from 1 to a maximum; small numbers are more frequent.</summary>
    private int Few(int max) => 1 + _random.Next(1 + _random.Next(max));

    private byte[] Pick() => _corpus[_random.Next(_corpus.Count)];

    private ReadOnlySpan<byte> PickPiece(int unit)
    {
        ReadOnlySpan<byte> from = Pick();
        from = from[(_random.Next(from.Length + 1) / unit * unit)..];
        return from[..Math.Min(from.Length, unit * Few(MaxPieceLength / unit))];
    }

    /// <summary>
    /// Writes a possible length (small, remaining, largest) in one to eight bytes of either byte order.
    /// </summary>
    private void WriteNumber(Span<byte> rest)
    {
        long number = _random.Next(4) switch
        {
            0 => _random.Next(64),
            1 => rest.Length + _random.Next(-4, 5),
            2 => -1 - _random.Next(8),
            _ => _random.NextInt64(),
        };
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        Span<byte> written = bytes[..Math.Min(1 << _random.Next(4), rest.Length)];
        if (_random.Next(2) == 0)
        {
            written.Reverse();
        }

        written.CopyTo(rest);
    }

    private void Insert(int at, ReadOnlySpan<byte> piece)
    {
        ReadOnlySpan<byte> fitting = piece[..Math.Min(piece.Length, MaxInputLength - _length)];
        _input.AsSpan(at, _length - at).CopyTo(_input.AsSpan(at + fitting.Length));
        fitting.CopyTo(_input.AsSpan(at));
        _length += fitting.Length;
    }

    private void Delete(int at, int count)
    {
        int end = Math.Min(at + count, _length);
        _input.AsSpan(end, _length - end).CopyTo(_input.AsSpan(at));
        _length -= end - at;
    }
}
