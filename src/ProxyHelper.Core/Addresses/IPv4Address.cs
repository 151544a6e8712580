using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ProxyHelper.Addresses;

/// <summary>Represents an IPv4 address by value, in four bytes.</summary>
public readonly record struct IPv4Address : IComparable<IPv4Address>, ISpanFormattable, IUtf8SpanFormattable
{
    /// <summary>The size of an address in bytes.</summary>
    internal const int Size = sizeof(uint);

    private const int LongestText = 15; // 255.255.255.255
    private const byte LoopbackNetwork = 127;
    private const byte MulticastPrefix = 0b1110;

    /// <summary>Makes an address from the number that its bytes are when they are read in network byte order.</summary>
    internal IPv4Address(uint value)
    {
        Value = value;
    }

    /// <summary>Gets 0.0.0.0, which stands for all addresses of a host.</summary>
    public static IPv4Address Any => default;

    /// <summary>Gets 255.255.255.255, which stands for all hosts of a link.</summary>
    internal static IPv4Address Broadcast => new(uint.MaxValue);

    /// <summary>Gets 127.0.0.1.</summary>
    public static IPv4Address Loopback => new(0x7f00_0001);

    /// <summary>Gets a value indicating whether the address is in 127.0.0.0/8.</summary>
    public bool IsLoopback => Value >> 24 == LoopbackNetwork;

    /// <summary>Gets a value indicating whether the address is in 224.0.0.0/4.</summary>
    internal bool IsMulticast => Value >> 28 == MulticastPrefix;

    /// <summary>
    /// Gets a value indicating whether the address is in 0.0.0.0/8, which stands for no host (RFC 1122).
    /// </summary>
    internal bool IsUnspecified => Value >> 24 == 0;

    /// <summary>
    /// Gets the bytes, read in network byte order: for masks, hashes and ranges. All other code uses the address
    /// itself.
    /// </summary>
    internal uint Value { get; }

    /// <summary>Returns a value indicating whether the first address is lower than the second.</summary>
    public static bool operator <(IPv4Address left, IPv4Address right) => left.Value < right.Value;

    /// <summary>Returns a value indicating whether the first address is higher than the second.</summary>
    public static bool operator >(IPv4Address left, IPv4Address right) => left.Value > right.Value;

    /// <summary>Returns a value indicating whether the first address is not higher than the second.</summary>
    public static bool operator <=(IPv4Address left, IPv4Address right) => left.Value <= right.Value;

    /// <summary>Returns a value indicating whether the first address is not lower than the second.</summary>
    public static bool operator >=(IPv4Address left, IPv4Address right) => left.Value >= right.Value;

    /// <summary>Makes an address from its bytes.</summary>
    /// <param name="bytes">The four bytes in network byte order.</param>
    /// <exception cref="ArgumentOutOfRangeException">Thrown when there are not exactly four bytes.</exception>
    public static IPv4Address FromBytes(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Size, nameof(bytes));
        return new IPv4Address(BinaryPrimitives.ReadUInt32BigEndian(bytes));
    }

    /// <summary>Makes an address from one of System.Net.</summary>
    /// <exception cref="ArgumentException">Thrown when the address is not IPv4.</exception>
    public static IPv4Address FromIPAddress(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        Span<byte> bytes = stackalloc byte[Size];
        return address.AddressFamily == AddressFamily.InterNetwork && address.TryWriteBytes(bytes, out _)
            ? FromBytes(bytes)
            : throw new ArgumentException($"{address} is not an IPv4 address.", nameof(address));
    }

    /// <summary>Reads an address: four decimal numbers from 0 to 255 without leading zeros.</summary>
    /// <exception cref="FormatException">Thrown when the text is not an address.</exception>
    public static IPv4Address Parse(ReadOnlySpan<char> text) => TryParse(text, out IPv4Address address)
        ? address
        : throw new FormatException($"'{text}' is not an IPv4 address. Write an address such as 194.0.1.1.");

    /// <summary>Reads an address: four decimal numbers from 0 to 255 without leading zeros.</summary>
    /// <returns>False when the text is not an address.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out IPv4Address address)
    {
        address = default;
        uint value = 0, number = 0;
        int points = 0, digits = 0;
        foreach (char letter in text)
        {
            if (char.IsAsciiDigit(letter))
            {
                bool hasLeadingZero = digits > 0 && number == 0;
                number = (number * 10) + (uint)(letter - '0');
                digits++;
                if (hasLeadingZero || number > byte.MaxValue)
                {
                    return false;
                }
            }
            else if (letter == '.' && digits > 0 && points < Size - 1)
            {
                value = (value << 8) | number;
                points++;
                number = 0;
                digits = 0;
            }
            else
            {
                return false;
            }
        }

        bool isComplete = points == Size - 1 && digits > 0;
        address = isComplete ? new IPv4Address((value << 8) | number) : default;
        return isComplete;
    }

    /// <summary>Returns the address as System.Net has it.</summary>
    public IPAddress ToIPAddress()
    {
        Span<byte> bytes = stackalloc byte[Size];
        TryWriteBytes(bytes);
        return new IPAddress(bytes);
    }

    /// <summary>Writes the four bytes of the address in network byte order.</summary>
    /// <returns>False when the destination is shorter.</returns>
    public bool TryWriteBytes(Span<byte> destination) => BinaryPrimitives.TryWriteUInt32BigEndian(destination, Value);

    /// <summary>Compares the addresses number by number, from the first to the last.</summary>
    public int CompareTo(IPv4Address other) => Value.CompareTo(other.Value);

    /// <summary>Returns the address as four decimal numbers.</summary>
    public override string ToString()
    {
        Span<byte> text = stackalloc byte[LongestText];
        TryFormat(text, out int length);
        return Encoding.ASCII.GetString(text[..length]);
    }

    /// <summary>Returns the address as four decimal numbers; there is no other format.</summary>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <summary>Writes the address as four decimal numbers without allocating.</summary>
    public bool TryFormat(
        Span<char> destination,
        out int charsWritten,
        ReadOnlySpan<char> format = default,
        IFormatProvider? provider = null)
    {
        Span<byte> text = stackalloc byte[LongestText];
        TryFormat(text, out int length);
        charsWritten = 0;
        return length <= destination.Length
            && Encoding.ASCII.TryGetChars(text[..length], destination, out charsWritten);
    }

    /// <summary>Writes the address as four decimal numbers without allocating.</summary>
    public bool TryFormat(
        Span<byte> utf8Destination,
        out int bytesWritten,
        ReadOnlySpan<char> format = default,
        IFormatProvider? provider = null)
    {
        bytesWritten = 0;
        for (int shift = 24; shift >= 0; shift -= 8)
        {
            byte number = (byte)(Value >> shift);
            Span<byte> rest = utf8Destination[bytesWritten..];
            if (!number.TryFormat(rest, out int digits, default, CultureInfo.InvariantCulture))
            {
                return false;
            }

            bytesWritten += digits;
            if (shift > 0 && bytesWritten < utf8Destination.Length)
            {
                utf8Destination[bytesWritten++] = (byte)'.'; // a full destination is reported by the next number
            }
        }

        return true;
    }
}
