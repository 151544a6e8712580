using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ProxyHelper.Addresses;

/// <summary>
/// What an end of a connection is to be: an address, all addresses that begin with the same bits, a port, or a port of these
/// addresses.
/// </summary>
public readonly record struct EndPointPattern
{
    private const int IPv4Bits = 32;
    private const int IPv6Bits = 128;
    private const char AnyAddress = '*';

    private EndPointPattern(TransportEndPoint? network, int length, ushort? port)
    {
        Network = network;
        Length = length;
        Port = port;
    }

    /// <summary>The one end point that it is, or null where it is several.</summary>
    public TransportEndPoint? EndPoint => IsOneAddress && Port is { } port ? Network?.WithPort(port) : null;

    /// <summary>The first of the addresses, with port 0; null for any address.</summary>
    internal TransportEndPoint? Network { get; }

    /// <summary>How many bits of the address are the same.</summary>
    internal int Length { get; }

    /// <summary>The port, or null for any.</summary>
    internal ushort? Port { get; }

    /// <summary>Whether it is one address and no other.</summary>
    internal bool IsOneAddress => Network is { } network && Length == Bits(network);

    /// <summary>Reads 10.1.1.1, 10.1.0.0/16, 10.1.1.1:25, 10.1.0.0/16:25, :25; 2001:db8::1, 2001:db8::/32, [2001:db8::1]:25, [2001:db8::/32]:25.</summary>
    /// <exception cref="FormatException">The text is none of these; the message shows how one is written.</exception>
    public static EndPointPattern Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!TrySplit(text.AsSpan().Trim(), out ReadOnlySpan<char> addresses, out ushort? port) || !TryReadNetwork(addresses, out TransportEndPoint? network, out int length))
        {
            throw new FormatException($"'{text}' is no address, prefix or end point. Write one such as 10.1.1.1, 10.1.0.0/16, 10.1.1.1:25, :25, 2001:db8::/32 or [2001:db8::1]:25.");
        }

        var pattern = new EndPointPattern(network, length, port);
        var plain = new EndPointPattern(network?.Masked(length), length, port);
        return pattern == plain ? pattern : throw new FormatException($"'{text}' has bits set after the first {length}. Did you mean {plain}, or the one address?");
    }

    /// <summary>Whether an end of a connection is one of these.</summary>
    public bool Matches(TransportEndPoint end) =>
        (Port is not { } port || port == end.Port)
        && (Network is not { } network || end.BeginsAs(network, Length));

    /// <summary>The pattern as <see cref="Parse"/> reads it.</summary>
    public override string ToString()
    {
        string address = Network is not { } network ? string.Empty
            : IsOneAddress ? network.Address
            : string.Create(CultureInfo.InvariantCulture, $"{network.Address}/{Length}");
        return Port is not { } port ? address
            : address.Contains(':', StringComparison.Ordinal) ? string.Create(CultureInfo.InvariantCulture, $"[{address}]:{port}")
            : string.Create(CultureInfo.InvariantCulture, $"{address}:{port}");
    }

    private static int Bits(TransportEndPoint address) => address.AddressFamily == AddressFamily.InterNetwork ? IPv4Bits : IPv6Bits;

    /// <summary>Parts the addresses from the port. An IPv6 address has colons of its own, so it is in brackets where a port follows.</summary>
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

    private static bool TryReadNetwork(ReadOnlySpan<char> text, out TransportEndPoint? network, out int length)
    {
        (network, length) = (null, 0);
        if (text.IsEmpty)
        {
            return true; // a port alone
        }

        int slash = text.IndexOf('/');
        if (!AddressText.TryRead(slash < 0 ? text : text[..slash], out IPAddress? address))
        {
            return false;
        }

        var first = new TransportEndPoint(address, 0);
        network = first;
        length = Bits(first);
        return slash < 0 || (NumberText.TryRead(text[(slash + 1)..], out length) && length <= Bits(first));
    }
}
