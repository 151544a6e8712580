using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Unicode;

namespace ProxyHelper.Addresses;

/// <summary>
/// Represents one end of a connection by value: an IPv4 or IPv6 address and a port. The port is 0 if the protocol has
/// no ports. For ICMP it is the identifier.
/// </summary>
public readonly struct TransportEndPoint
    : IEquatable<TransportEndPoint>, IComparable<TransportEndPoint>, IComparable, IUtf8SpanFormattable
{
    private const int IPv6Size = 16;

    // The bytes of an IPv6 address, read in network byte order; an IPv4 address is the lower half of the second number.
    private readonly ulong _high;
    private readonly ulong _low;
    private readonly bool _isIPv6;

    /// <summary>Makes an end point.</summary>
    /// <param name="address">
    /// The address. An IPv4 address that is mapped into IPv6 (::ffff:10.1.1.1) becomes an IPv4 address.
    /// </param>
    /// <param name="port">The port, 0 to 65535.</param>
    public TransportEndPoint(IPAddress address, ushort port)
    {
        ArgumentNullException.ThrowIfNull(address);
        Span<byte> bytes = stackalloc byte[IPv6Size];
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        plain.TryWriteBytes(bytes, out int length);
        this = FromBytes(bytes[..length], port);
    }

    /// <summary>Makes an end point of IPv4.</summary>
    /// <param name="address">The address.</param>
    /// <param name="port">The port, 0 to 65535.</param>
    public TransportEndPoint(IPv4Address address, ushort port)
        : this(0, address.Value, isIPv6: false, port)
    {
    }

    private TransportEndPoint(ulong high, ulong low, bool isIPv6, ushort port)
    {
        _high = high;
        _low = low;
        _isIPv6 = isIPv6;
        Port = port;
    }

    /// <summary>Gets the port, 0 to 65535.</summary>
    public ushort Port { get; }

    /// <summary>Gets the address as text without brackets. JSON shows this property.</summary>
    public string Address => IPAddress.ToString();

    /// <summary>Gets the family of the address: IPv4 (InterNetwork) or IPv6 (InterNetworkV6).</summary>
    internal AddressFamily AddressFamily => _isIPv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;

    /// <summary>Gets the address as System.Net has it.</summary>
    internal IPAddress IPAddress
    {
        get
        {
            Span<byte> bytes = stackalloc byte[IPv6Size];
            return new IPAddress(bytes[..WriteAddress(bytes)]);
        }
    }

    /// <summary>Returns a value indicating whether both have the same address and port.</summary>
    public static bool operator ==(TransportEndPoint left, TransportEndPoint right) => left.Equals(right);

    /// <summary>Returns a value indicating whether the address or the port differs.</summary>
    public static bool operator !=(TransportEndPoint left, TransportEndPoint right) => !left.Equals(right);

    /// <summary>Returns a value indicating whether the first sorts before the second.</summary>
    public static bool operator <(TransportEndPoint left, TransportEndPoint right) => left.CompareTo(right) < 0;

    /// <summary>Returns a value indicating whether the first sorts after the second.</summary>
    public static bool operator >(TransportEndPoint left, TransportEndPoint right) => left.CompareTo(right) > 0;

    /// <summary>Returns a value indicating whether the first does not sort after the second.</summary>
    public static bool operator <=(TransportEndPoint left, TransportEndPoint right) => left.CompareTo(right) <= 0;

    /// <summary>Returns a value indicating whether the first does not sort before the second.</summary>
    public static bool operator >=(TransportEndPoint left, TransportEndPoint right) => left.CompareTo(right) >= 0;

    /// <summary>Reads an address and a port, such as 194.0.1.1:20119 or [2001:db8::1]:25.</summary>
    /// <exception cref="FormatException">
    /// Thrown when the text is not an end point. The message shows examples.
    /// </exception>
    public static TransportEndPoint Parse(string text) => TryParse(text, out TransportEndPoint endPoint)
        ? endPoint
        : throw new FormatException(
            $"'{text}' is not an address and a port. Write both, such as 194.0.1.1:20119 or [2001:db8::1]:25.");

    /// <summary>Reads an address and a port. Blanks around them are ignored.</summary>
    /// <returns>False when the text is not an end point.</returns>
    public static bool TryParse(string? text, out TransportEndPoint endPoint)
    {
        endPoint = default;
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        int colon = rest.LastIndexOf(':');
        if (colon < 1 || !NumberText.TryRead(rest[(colon + 1)..], out ushort port))
        {
            return false;
        }

        ReadOnlySpan<char> host = rest[..colon];
        bool isBracketed = host is ['[', .., ']'];
        ReadOnlySpan<char> literal = isBracketed ? host[1..^1] : host;
        if (isBracketed != literal.Contains(':') || !AddressText.TryRead(literal, out IPAddress? address))
        {
            return false;
        }

        endPoint = new TransportEndPoint(address, port);
        return true;
    }

    /// <summary>Gets the address if it is IPv4.</summary>
    /// <returns>False when the address is IPv6.</returns>
    public bool TryGetIPv4(out IPv4Address address)
    {
        address = _isIPv6 ? default : new IPv4Address((uint)_low);
        return !_isIPv6;
    }

    /// <summary>Returns the end point as System.Net has it.</summary>
    public IPEndPoint ToIPEndPoint() => new(IPAddress, Port);

    /// <inheritdoc/>
    public bool Equals(TransportEndPoint other) =>
        _high == other._high && _low == other._low && _isIPv6 == other._isIPv6 && Port == other.Port;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is TransportEndPoint other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_high, _low, _isIPv6, Port);

    /// <summary>Compares by family (IPv4 first), then by address, then by port.</summary>
    public int CompareTo(TransportEndPoint other) =>
        (_isIPv6, _high, _low, Port).CompareTo((other._isIPv6, other._high, other._low, other.Port));

    /// <inheritdoc/>
    int IComparable.CompareTo(object? obj) => obj switch
    {
        null => 1,
        TransportEndPoint other => CompareTo(other),
        _ => throw new ArgumentException("An end point compares with end points only.", nameof(obj)),
    };

    /// <summary>Returns the end point as <see cref="Parse"/> reads it.</summary>
    public override string ToString() => _isIPv6
        ? string.Create(CultureInfo.InvariantCulture, $"[{Address}]:{Port}")
        : string.Create(CultureInfo.InvariantCulture, $"{new IPv4Address((uint)_low)}:{Port}");

    /// <summary>Writes the end point as text. IPv4 end points allocate nothing.</summary>
    public bool TryFormat(
        Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        if (_isIPv6)
        {
            return Utf8.TryWrite(
                utf8Destination, CultureInfo.InvariantCulture, $"[{Address}]:{Port}", out bytesWritten);
        }

        if (!TryFormatAddress(utf8Destination, out bytesWritten) || bytesWritten == utf8Destination.Length)
        {
            return false;
        }

        utf8Destination[bytesWritten++] = (byte)':';
        Span<byte> rest = utf8Destination[bytesWritten..];
        bool fits = Port.TryFormat(rest, out int digits, default, CultureInfo.InvariantCulture);
        bytesWritten += digits;
        return fits;
    }

    /// <summary>Makes an end point from an address of 4 or 16 bytes in network byte order.</summary>
    internal static TransportEndPoint FromBytes(ReadOnlySpan<byte> address, ushort port) =>
        address.Length == IPv4Address.Size
            ? new TransportEndPoint(IPv4Address.FromBytes(address), port)
            : new TransportEndPoint(
                BinaryPrimitives.ReadUInt64BigEndian(address),
                BinaryPrimitives.ReadUInt64BigEndian(address[8..]),
                isIPv6: true,
                port);

    /// <summary>
    /// Returns a value indicating whether the address has the family and the first bits of a network.
    /// </summary>
    /// <param name="network">The network; all other bits are 0.</param>
    /// <param name="length">The number of bits, up to 32 or 128.</param>
    internal bool HasPrefix(TransportEndPoint network, int length)
    {
        TransportEndPoint masked = Masked(length);
        return masked._high == network._high && masked._low == network._low && _isIPv6 == network._isIPv6;
    }

    /// <summary>Returns the end point with only the first bits of its address; all other bits are 0.</summary>
    /// <param name="length">The number of bits, up to 32 or 128.</param>
    internal TransportEndPoint Masked(int length) => _isIPv6
        ? new TransportEndPoint(_high & HighBits(length), _low & HighBits(length - 64), _isIPv6, Port)
        : new TransportEndPoint(0, _low & HighBits(length + 32), _isIPv6, Port);

    /// <summary>Returns the same address with another port.</summary>
    internal TransportEndPoint WithPort(ushort port) => new(_high, _low, _isIPv6, port);

    /// <summary>Writes the address in network byte order.</summary>
    /// <returns>The number of bytes: 4 or 16.</returns>
    internal int WriteAddress(Span<byte> bytes)
    {
        if (!_isIPv6)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)_low);
            return IPv4Address.Size;
        }

        BinaryPrimitives.WriteUInt64BigEndian(bytes, _high);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], _low);
        return IPv6Size;
    }

    /// <summary>Writes the address as text without a port; an IPv6 address without brackets.</summary>
    internal bool TryFormatAddress(Span<byte> utf8, out int written) =>
        _isIPv6 ? IPAddress.TryFormat(utf8, out written) : new IPv4Address((uint)_low).TryFormat(utf8, out written);

    private static ulong HighBits(int count) =>
        count <= 0 ? 0 : count >= 64 ? ulong.MaxValue : ulong.MaxValue << (64 - count);
}
