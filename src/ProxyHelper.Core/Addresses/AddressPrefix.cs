using System.Globalization;
using System.Net;

namespace ProxyHelper.Addresses;

/// <summary>One IPv4 address, or all that begin with the same bits: 194.0.22.9, or 194.0.22.0/24.</summary>
public readonly record struct AddressPrefix
{
    private const int AddressBits = 32;

    /// <summary>Makes the prefix that is one address.</summary>
    /// <exception cref="ArgumentException">It is not IPv4.</exception>
    public AddressPrefix(IPAddress address)
        : this(IPv4Address.FromIPAddress(address), AddressBits)
    {
    }

    private AddressPrefix(IPv4Address network, int length)
    {
        Network = network;
        Length = length;
    }

    /// <summary>How many bits are the same, 0 to 32.</summary>
    public int Length { get; }

    /// <summary>Gets the first address.</summary>
    internal IPv4Address Network { get; }

    /// <summary>One bit for each that is the same.</summary>
    internal uint Mask => Length == 0 ? 0 : uint.MaxValue << (AddressBits - Length);

    /// <summary>Reads an address, or a prefix in the form address/bits.</summary>
    /// <exception cref="FormatException">The text is neither; the message shows how one is written.</exception>
    public static AddressPrefix Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        int slash = rest.IndexOf('/');
        int length = AddressBits;
        if ((slash >= 0 && !TryReadLength(rest[(slash + 1)..], out length)) || !IPv4Address.TryParse(slash < 0 ? rest : rest[..slash], out IPv4Address address))
        {
            throw new FormatException($"'{text}' is not an IPv4 address or prefix. Write one such as 194.0.22.9 or 194.0.22.0/24.");
        }

        var prefix = new AddressPrefix(address, length);
        var network = new AddressPrefix(new IPv4Address(address.Value & prefix.Mask), length);
        return prefix == network ? prefix : throw new FormatException($"'{text}' has bits set after the first {length}. Did you mean {network}, or the one address?");
    }

    /// <summary>Returns a value indicating whether an address starts with these bits.</summary>
    internal bool Contains(IPv4Address address) => (address.Value & Mask) == Network.Value;

    /// <summary>The prefix as <see cref="Parse"/> reads it.</summary>
    public override string ToString() =>
        Length == AddressBits ? Network.ToString() : string.Create(CultureInfo.InvariantCulture, $"{Network}/{Length}");

    private static bool TryReadLength(ReadOnlySpan<char> digits, out int length) =>
        NumberText.TryRead(digits, out length) && length <= AddressBits;
}
