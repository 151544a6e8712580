using System.Text;
using ProxyHelper.Addresses;

namespace ProxyHelper.Protocol;

/// <summary>
/// Reads the parts of one line of the TCP protocol. The reader never leaves the line, ignores blanks between the parts,
/// and keeps the first fault. After a fault each part reads as empty or 0.
/// </summary>
internal ref struct LineReader(ReadOnlySpan<byte> line)
{
    private const int MaxAddressLength = 15; // 255.255.255.255

    private ReadOnlySpan<byte> _rest = line;

    /// <summary>Gets the first fault.</summary>
    public LineQueryFault Fault { get; private set; }

    /// <summary>Reads a punctuation mark.</summary>
    public void Expect(char mark)
    {
        SkipBlanks();
        if (Require(!_rest.IsEmpty && _rest[0] == mark))
        {
            _rest = _rest[1..];
        }
    }

    /// <summary>Reads the end of the line, which must be the end of the bytes.</summary>
    public void ExpectEnd()
    {
        SkipBlanks();
        Require(_rest.SequenceEqual("\r\n"u8) || _rest.SequenceEqual("\n"u8));
    }

    /// <summary>Reads a port, 1 to 65535.</summary>
    public ushort ReadPort()
    {
        ReadOnlySpan<byte> digits = Read(letter => letter is >= (byte)'0' and <= (byte)'9');
        int port = 0;
        for (int i = 0; i < digits.Length && port <= ushort.MaxValue; i++)
        {
            port = (port * 10) + (digits[i] - '0');
        }

        return Require(!digits.IsEmpty) && Require(digits[0] != '0' && port <= ushort.MaxValue, LineQueryFault.Port)
            ? (ushort)port
            : (ushort)0;
    }

    /// <summary>Reads an IPv4 address.</summary>
    public IPv4Address ReadAddress()
    {
        ReadOnlySpan<byte> text = Read(letter => letter is (>= (byte)'0' and <= (byte)'9') or (byte)'.');
        Span<char> characters = stackalloc char[MaxAddressLength];
        IPv4Address address = default;
        return Require(text.Length <= MaxAddressLength)
            && Require(IPv4Address.TryParse(characters[..Encoding.ASCII.GetChars(text, characters)], out address))
            ? address
            : default;
    }

    /// <summary>Reads a word of capital letters and hyphens, such as NO-USER.</summary>
    public ReadOnlySpan<byte> ReadKeyword() => Read(letter => letter is (>= (byte)'A' and <= (byte)'Z') or (byte)'-');

    /// <summary>Reads a word without white space.</summary>
    public ReadOnlySpan<byte> ReadWord() => Read(letter => letter > (byte)' ');

    private ReadOnlySpan<byte> Read(Predicate<byte> belongs)
    {
        SkipBlanks();
        int length = 0;
        while (length < _rest.Length && belongs(_rest[length]))
        {
            length++;
        }

        ReadOnlySpan<byte> part = _rest[..length];
        _rest = _rest[length..];
        return part;
    }

    private void SkipBlanks() => _rest = _rest.TrimStart(" \t"u8);

    private bool Require(bool holds, LineQueryFault fault = LineQueryFault.Form)
    {
        if (!holds && Fault == LineQueryFault.None)
        {
            Fault = fault;
        }

        return Fault == LineQueryFault.None;
    }
}
