using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ProxyHelper.Addresses;

/// <summary>One IPv4 address, or all that begin with the same bits: 194.0.22.9, or 194.0.22.0/24.</summary>
public readonly record struct AddressPrefix
{
    private const int AddressBits = 32;

    /// <summary>Makes the prefix that is one address.</summary>
    /// <exception cref="ArgumentException">It is not IPv4.</exception>
    public AddressPrefix(IPAddress address)
        : this(ReadNumber(address), AddressBits)
    {
    }

    private AddressPrefix(uint network, int length)
    {
        Network = network;
        Length = length;
    }

    /// <summary>How many bits are the same, 0 to 32.</summary>
    public int Length { get; }

    /// <summary>The first address, its bytes read as a big-endian number.</summary>
    internal uint Network { get; }

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
        if ((slash >= 0 && !TryReadLength(rest[(slash + 1)..], out length)) || !TryReadAddress(slash < 0 ? rest : rest[..slash], out uint address))
        {
            throw new FormatException($"'{text}' is not an IPv4 address or prefix. Write one such as 194.0.22.9 or 194.0.22.0/24.");
        }

        var prefix = new AddressPrefix(address, length);
        var network = new AddressPrefix(address & prefix.Mask, length);
        return prefix == network ? prefix : throw new FormatException($"'{text}' has bits set after the first {length}. Did you mean {network}, or the one address?");
    }

    /// <summary>Whether an address, its bytes read as a big-endian number, begins with these bits.</summary>
    internal bool Contains(uint address) => (address & Mask) == Network;

    /// <summary>The prefix as <see cref="Parse"/> reads it.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Network);
        var address = new IPAddress(bytes);
        return Length == AddressBits ? address.ToString() : string.Create(CultureInfo.InvariantCulture, $"{address}/{Length}");
    }

    private static bool TryReadLength(ReadOnlySpan<char> digits, out int length) =>
        NumberText.TryRead(digits, out length) && length <= AddressBits;

    private static bool TryReadAddress(ReadOnlySpan<char> text, out uint number)
    {
        bool isAddress = AddressText.TryRead(text, out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetwork;
        number = isAddress ? ReadNumber(address!) : 0;
        return isAddress;
    }

    private static uint ReadNumber(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        return address.AddressFamily == AddressFamily.InterNetwork && address.TryWriteBytes(bytes, out _)
            ? BinaryPrimitives.ReadUInt32BigEndian(bytes)
            : throw new ArgumentException($"{address} is not an IPv4 address; smtp-gated asks over IPv4 only.", nameof(address));
    }
}
