using System.Net;
using System.Net.Sockets;
using ProxyHelper.Addresses;

namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>Numbers from one to another: ports, protocols, or IPv4 addresses (their bytes read as a big-endian number).</summary>
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
        number = 0;
        if (!AddressText.TryRead(text, out IPAddress? address) || address.AddressFamily != AddressFamily.InterNetwork)
        {
            return false;
        }

        number = NumberOf(address);
        return true;
    }

    /// <summary>The number of an IPv4 address.</summary>
    public static uint NumberOf(IPAddress address) => new TransportEndPoint(address, 0).IPv4Number;

    /// <summary>The range as addresses in text.</summary>
    public string ToAddresses() => IsOne ? Dotted(First) : $"{Dotted(First)}-{Dotted(Last)}";

    /// <summary>The range as numbers in text.</summary>
    public override string ToString() => IsOne ? $"{First}" : $"{First}-{Last}";

    private static string Dotted(uint number) => $"{number >> 24}.{(number >> 16) & 255}.{(number >> 8) & 255}.{number & 255}";
}
