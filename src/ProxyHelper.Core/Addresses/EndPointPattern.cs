using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ProxyHelper.Addresses;

/// <summary>
/// Represents a set of end points: an address, all addresses with the same first bits (a prefix), a port, or a port of
/// these addresses. The default value matches every end point.
/// </summary>
public readonly record struct EndPointPattern
{
    private const byte IPv4Bits = 32;
    private const byte IPv6Bits = 128;
    private const char AnyAddress = '*';

    private readonly TransportEndPoint _first; // the first address, and the port; 0 without
    private readonly byte _length;
    private readonly bool _hasAddresses;
    private readonly bool _hasPort;

    /// <summary>Makes the pattern of one address and all its ports.</summary>
    public EndPointPattern(IPAddress address)
        : this(new TransportEndPoint(address, 0), length: null, port: null)
    {
    }

    /// <summary>Makes the pattern of one end point.</summary>
    internal EndPointPattern(TransportEndPoint endPoint)
        : this(endPoint, length: null, endPoint.Port)
    {
    }

    private EndPointPattern(TransportEndPoint? network, byte? length, ushort? port)
    {
        _first = network.GetValueOrDefault().WithPort(port ?? 0);
        _length = network is { } first ? length ?? BitsOf(first) : (byte)0;
        _hasAddresses = network is not null;
        _hasPort = port is not null;
    }

    /// <summary>Gets the end point, if the pattern is exactly one; otherwise null.</summary>
    public TransportEndPoint? EndPoint => IsOneAddress && _hasPort ? _first : null;

    /// <summary>Gets the first address, with port 0; null for any address.</summary>
    internal TransportEndPoint? Network => _hasAddresses ? _first.WithPort(0) : null;

    /// <summary>Gets the port; null for any port.</summary>
    internal ushort? Port => _hasPort ? _first.Port : null;

    /// <summary>Gets a value indicating whether the pattern has exactly one address.</summary>
    internal bool IsOneAddress => _hasAddresses && _length == BitsOf(_first);

    /// <summary>Gets a value indicating whether the pattern is an IPv4 address or prefix, with any port.</summary>
    internal bool IsIPv4Addresses => _hasAddresses && !_hasPort && _first.AddressFamily == AddressFamily.InterNetwork;

    /// <summary>Gets the first address, if the addresses are IPv4.</summary>
    internal IPv4Address IPv4Network => _first.TryGetIPv4(out IPv4Address address) ? address : default;

    /// <summary>Gets the bits that IPv4 addresses must have in common: 1 for each.</summary>
    internal uint IPv4Mask => _length == 0 ? 0 : uint.MaxValue << (IPv4Bits - _length);

    /// <summary>
    /// Reads 10.1.1.1, 10.1.0.0/16, 10.1.1.1:25, 10.1.0.0/16:25, :25, *:25, 2001:db8::1, 2001:db8::/32,
    /// [2001:db8::1]:25 or [2001:db8::/32]:25.
    /// </summary>
    /// <exception cref="FormatException">Thrown when the text has another form. The message shows examples.</exception>
    public static EndPointPattern Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out EndPointPattern pattern, out string? fault)
            ? pattern
            : throw new FormatException(fault);
    }

    /// <summary>Reads an IPv4 address or prefix without a port: 194.0.22.9 or 194.0.22.0/24.</summary>
    /// <exception cref="FormatException">Thrown when the text is neither. The message shows examples.</exception>
    public static EndPointPattern ParseAddresses(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParseAddresses(text, out EndPointPattern pattern, out string? fault)
            ? pattern
            : throw new FormatException(fault);
    }

    /// <summary>Reads a pattern in any of the forms that <see cref="Parse"/> lists.</summary>
    /// <param name="text">The text. Blanks around the pattern are ignored.</param>
    /// <param name="pattern">The pattern.</param>
    /// <param name="fault">The reason the text is not a pattern, with examples.</param>
    /// <returns>False when the text is not a pattern.</returns>
    public static bool TryParse(
        ReadOnlySpan<char> text, out EndPointPattern pattern, [NotNullWhen(false)] out string? fault)
    {
        pattern = default;
        fault = null;
        if (!TrySplit(text.Trim(), out ReadOnlySpan<char> addresses, out ushort? port)
            || !TryReadNetwork(addresses, out TransportEndPoint? network, out byte length))
        {
            fault = $"'{text}' is not an address, prefix, end point or port. "
                + "Examples: 10.1.1.1, 10.1.0.0/16, 10.1.1.1:25, :25, 2001:db8::/32, [2001:db8::1]:25.";
            return false;
        }

        pattern = new EndPointPattern(network?.Masked(length), length, port);
        if (pattern == new EndPointPattern(network, length, port))
        {
            return true;
        }

        fault = $"'{text}' has bits set after the first {length}. Did you mean {pattern}, or the one address?";
        pattern = default;
        return false;
    }

    /// <summary>Reads an IPv4 address or prefix without a port, as <see cref="ParseAddresses"/> does.</summary>
    /// <param name="text">The text. Blanks around the pattern are ignored.</param>
    /// <param name="pattern">The pattern.</param>
    /// <param name="fault">The reason the text is neither an address nor a prefix, with examples.</param>
    /// <returns>False when the text is neither.</returns>
    public static bool TryParseAddresses(
        ReadOnlySpan<char> text, out EndPointPattern pattern, [NotNullWhen(false)] out string? fault)
    {
        pattern = default;
        bool isIPv4 = !text.ContainsAny(':', AnyAddress);
        if (isIPv4 && TryReadNetwork(text.Trim(), out TransportEndPoint? network, out _) && network is not null)
        {
            return TryParse(text, out pattern, out fault);
        }

        fault = $"'{text}' is not an IPv4 address or prefix. "
            + "Write an address such as 194.0.22.9, or a prefix such as 194.0.22.0/24.";
        return false;
    }

    /// <summary>
    /// Returns the reason that no client has an address of the IPv4 pattern, or null. A prefix that has addresses of
    /// hosts, too, has no fault.
    /// </summary>
    internal string? FindClientFault()
    {
        const int networkBits = 8, multicastBits = 4; // of 0.0.0.0/8 and 224.0.0.0/4
        IPv4Address first = IPv4Network;
        string? kind = first.IsUnspecified && _length >= networkBits ? "an unspecified"
            : first.IsMulticast && _length >= multicastBits ? "a multicast"
            : first == IPv4Address.Broadcast ? "a broadcast"
            : null;
        string hint = first.IsUnspecified ? " 0.0.0.0/0 allows everyone." : string.Empty;
        return kind is null ? null : $"{this} is {kind} address, which no client has.{hint}";
    }

    /// <summary>
    /// Returns a value indicating whether an address is one of the pattern's addresses. The port does not matter.
    /// </summary>
    public bool Contains(IPv4Address address) =>
        !_hasAddresses || (_first.TryGetIPv4(out IPv4Address first) && (address.Value & IPv4Mask) == first.Value);

    /// <summary>
    /// Returns a value indicating whether an end point has one of the pattern's addresses and its port.
    /// </summary>
    public bool Matches(TransportEndPoint end) =>
        (!_hasPort || _first.Port == end.Port) && (!_hasAddresses || end.HasPrefix(_first, _length));

    /// <summary>Returns the pattern as <see cref="Parse"/> reads it.</summary>
    public override string ToString()
    {
        string address = !_hasAddresses ? string.Empty
            : IsOneAddress ? _first.Address
            : string.Create(CultureInfo.InvariantCulture, $"{_first.Address}/{_length}");
        bool needsBrackets = address.Contains(':', StringComparison.Ordinal);
        return !_hasPort ? address
            : needsBrackets ? string.Create(CultureInfo.InvariantCulture, $"[{address}]:{_first.Port}")
            : string.Create(CultureInfo.InvariantCulture, $"{address}:{_first.Port}");
    }

    private static byte BitsOf(TransportEndPoint address) =>
        address.AddressFamily == AddressFamily.InterNetwork ? IPv4Bits : IPv6Bits;

    /// <summary>
    /// Splits the addresses from the port. An IPv6 address contains colons, so brackets enclose it when a port follows.
    /// </summary>
    private static bool TrySplit(ReadOnlySpan<char> text, out ReadOnlySpan<char> addresses, out ushort? port)
    {
        port = null;
        addresses = text;
        int colon = text.LastIndexOf(':');
        bool isBare = colon < 0 || (text.IndexOf(':') != colon && text[0] != '[');
        if (isBare)
        {
            return !text.IsEmpty;
        }

        addresses = text[..colon];
        bool isBracketed = addresses is ['[', .., ']'];
        addresses = isBracketed ? addresses[1..^1] : addresses is [AnyAddress] ? default : addresses;
        bool isPort = NumberText.TryRead(text[(colon + 1)..], out ushort number);
        port = number;
        return isPort && isBracketed == addresses.Contains(':');
    }

    private static bool TryReadNetwork(ReadOnlySpan<char> text, out TransportEndPoint? network, out byte length)
    {
        (network, length) = (null, 0);
        if (text.IsEmpty)
        {
            return true; // a port without an address
        }

        int slash = text.IndexOf('/');
        if (!AddressText.TryRead(slash < 0 ? text : text[..slash], out IPAddress? address))
        {
            return false;
        }

        var first = new TransportEndPoint(address, 0);
        network = first;
        length = BitsOf(first);
        return slash < 0 || (NumberText.TryRead(text[(slash + 1)..], out length) && length <= BitsOf(first));
    }
}
