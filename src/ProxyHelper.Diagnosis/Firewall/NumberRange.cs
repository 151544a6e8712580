using ProxyHelper.Addresses;

namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>Represents a range of numbers: ports, protocols, or IPv4 addresses.</summary>
/// <param name="First">The first number.</param>
/// <param name="Last">The last number.</param>
internal readonly record struct NumberRange(uint First, uint Last)
{
    private const int AddressBits = 32;

    /// <summary>Creates a range of one number.</summary>
    public NumberRange(uint only)
        : this(only, only)
    {
    }

    /// <summary>Gets whether the range has only one number.</summary>
    public bool IsOne => First == Last;

    /// <summary>Returns whether a number is in the range.</summary>
    public bool Contains(uint number) => number >= First && number <= Last;

    /// <summary>Returns the addresses of a prefix.</summary>
    /// <returns>The range, or null if the length is not 0 to 32.</returns>
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

    /// <summary>
    /// Returns the number that stands for the address of an end point, or null when it has no IPv4 address.
    /// </summary>
    public static uint? NumberOf(TransportEndPoint? end) =>
        end is { } known && known.TryGetIPv4(out IPv4Address address) ? NumberOf(address) : null;

    /// <summary>Returns the address that a number in a range stands for.</summary>
    public static IPv4Address AddressOf(uint number) => new(number);

    /// <summary>Returns the range as addresses in text.</summary>
    public string ToAddresses() => IsOne ? AddressOf(First).ToString() : $"{AddressOf(First)}-{AddressOf(Last)}";

    /// <summary>Returns the range as numbers in text.</summary>
    public override string ToString() => IsOne ? $"{First}" : $"{First}-{Last}";
}
