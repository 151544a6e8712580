using ProxyHelper.Addresses;

namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>Numbers from one to another: ports, protocols, or IPv4 addresses.</summary>
/// <param name="First">The first of them.</param>
/// <param name="Last">The last of them.</param>
internal readonly record struct NumberRange(uint First, uint Last)
{
    private const int AddressBits = 32;

    /// <summary>One number.</summary>
    public NumberRange(uint only)
        : this(only, only)
    {
    }

    /// <summary>Whether it is one number and no other.</summary>
    public bool IsOne => First == Last;

    /// <summary>Whether a number is one of these.</summary>
    public bool Contains(uint number) => number >= First && number <= Last;

    /// <summary>The addresses that begin with the same bits.</summary>
    /// <returns>Null when there are no such addresses.</returns>
    public static NumberRange? OfPrefix(uint address, int length)
    {
        if (length is < 0 or > AddressBits)
        {
            return null;
        }

        uint others = length == 0 ? uint.MaxValue : (1u << (AddressBits - length)) - 1;
        return new NumberRange(address & ~others, address | others);
    }

    /// <summary>Reads an IPv4 address.</summary>
    public static bool TryReadAddress(ReadOnlySpan<char> text, out uint number)
    {
        bool isAddress = IPv4Address.TryParse(text, out IPv4Address address);
        number = NumberOf(address);
        return isAddress;
    }

    /// <summary>Returns the number that stands for an address in a range.</summary>
    public static uint NumberOf(IPv4Address address) => address.Value;

    /// <summary>Returns the number that stands for the address of an end point, or null when it has no IPv4 address.</summary>
    public static uint? NumberOf(TransportEndPoint? end) => end is { } known && known.TryGetIPv4(out IPv4Address address) ? NumberOf(address) : null;

    /// <summary>Returns the address that a number in a range stands for.</summary>
    public static IPv4Address AddressOf(uint number) => new(number);

    /// <summary>The range as addresses in text.</summary>
    public string ToAddresses() => IsOne ? AddressOf(First).ToString() : $"{AddressOf(First)}-{AddressOf(Last)}";

    /// <summary>The range as numbers in text.</summary>
    public override string ToString() => IsOne ? $"{First}" : $"{First}-{Last}";
}
