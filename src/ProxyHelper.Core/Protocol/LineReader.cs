using System.Text;
using ProxyHelper.Addresses;

namespace ProxyHelper.Protocol;

/// <summary>
/// A walk over one line of the protocol over TCP, which cannot leave its bytes. Blanks between the parts do not matter. It remembers
/// the first fault; what is read after one is nothing.
/// </summary>
internal ref struct LineReader(ReadOnlySpan<byte> line)
{
    private const int LongestAddress = 15; // of IPv4

    private ReadOnlySpan<byte> _rest = line;

    /// <summary>The first thing that did not fit.</summary>
    public LineQueryFault Fault { get; private set; }

    /// <summary>Takes a sign.</summary>
    public void Expect(char sign)
    {
        SkipBlanks();
        if (Holds(!_rest.IsEmpty && _rest[0] == sign))
        {
            _rest = _rest[1..];
        }
    }

    /// <summary>Takes the end of the line, behind which there must be nothing.</summary>
    public void ExpectEnd()
    {
        SkipBlanks();
        Holds(_rest.SequenceEqual("\r\n"u8) || _rest.SequenceEqual("\n"u8));
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

        return Holds(!digits.IsEmpty) && Holds(digits[0] != '0' && port <= ushort.MaxValue, LineQueryFault.Port) ? (ushort)port : (ushort)0;
    }

    /// <summary>Reads an IPv4 address in the usual form.</summary>
    public TransportEndPoint ReadAddress()
    {
        ReadOnlySpan<byte> text = Read(letter => letter is (>= (byte)'0' and <= (byte)'9') or (byte)'.');
        Span<char> characters = stackalloc char[LongestAddress];
        return Holds(text.Length <= LongestAddress)
            && Holds(AddressText.TryRead(characters[..Encoding.ASCII.GetChars(text, characters)], out System.Net.IPAddress? address))
            ? new TransportEndPoint(address!, 0)
            : default;
    }

    /// <summary>Reads a word of letters and hyphens, such as NO-USER.</summary>
    public ReadOnlySpan<byte> ReadKeyword() => Read(letter => letter is (>= (byte)'A' and <= (byte)'Z') or (byte)'-');

    /// <summary>Reads a word of anything but white space.</summary>
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

    private bool Holds(bool holds, LineQueryFault otherwise = LineQueryFault.Form)
    {
        if (!holds && Fault == LineQueryFault.None)
        {
            Fault = otherwise;
        }

        return Fault == LineQueryFault.None;
    }
}
