using ProxyHelper.Addresses;

namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>
/// Represents a range of numbers: ports, protocols, or IPv4 addresses. Callers give and get addresses. Only this type
/// and <see cref="FirewallPacket"/> know the numbers that stand for them.
/// </summary>
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

    /// <summary>Creates a range of one address.</summary>
    public NumberRange(IPv4Address only)
        : this(only, only)
    {
    }

    /// <summary>Creates a range of addresses.</summary>
    public NumberRange(IPv4Address first, IPv4Address last)
        : this(NumberOf(first), NumberOf(last))
    {
    }

    /// <summary>Gets whether the range has only one number.</summary>
    public bool IsOne => First == Last;

    /// <summary>Gets the first number as an address.</summary>
    public IPv4Address FirstAddress => new(First);

    private IPv4Address LastAddress => new(Last);

    /// <summary>Returns the number that stands for an address.</summary>
    public static uint NumberOf(IPv4Address address) => address.Value;

    /// <summary>Returns the addresses of a prefix.</summary>
    /// <returns>The range, or null if the length is not 0 to 32.</returns>
    public static NumberRange? OfPrefix(IPv4Address address, int length)
    {
        if (length is < 0 or > AddressBits)
        {
            return null;
        }

        uint others = length == 0 ? uint.MaxValue : (1u << (AddressBits - length)) - 1;
        return new NumberRange(NumberOf(address) & ~others, NumberOf(address) | others);
    }

    /// <summary>Returns whether a number is in the range.</summary>
    public bool Contains(uint number) => number >= First && number <= Last;

    /// <summary>Returns whether an address is in the range.</summary>
    public bool Contains(IPv4Address address) => Contains(NumberOf(address));

    /// <summary>Returns the first addresses of the range.</summary>
    /// <param name="count">The number of addresses, at most.</param>
    public IEnumerable<IPv4Address> Take(int count)
    {
        uint first = First;
        return Enumerable.Range(0, (int)Math.Min((ulong)Last - First + 1, (ulong)count))
            .Select(index => new IPv4Address(first + (uint)index));
    }

    /// <summary>Returns the range as addresses in text.</summary>
    public string ToAddresses() => IsOne ? $"{FirstAddress}" : $"{FirstAddress}-{LastAddress}";

    /// <summary>Returns the range as numbers in text.</summary>
    public override string ToString() => IsOne ? $"{First}" : $"{First}-{Last}";
}
