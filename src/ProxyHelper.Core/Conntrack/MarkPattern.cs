using System.Globalization;
using ProxyHelper.Addresses;

namespace ProxyHelper.Conntrack;

/// <summary>Represents the marks that match: one value, or a value of some bits.</summary>
/// <param name="Value">The value of the compared bits.</param>
/// <param name="Mask">The bits that are compared.</param>
public readonly record struct MarkPattern(uint Value, uint Mask)
{
    /// <summary>Parses a mark such as 16, 0x10 or 0x10/0xff.</summary>
    /// <exception cref="FormatException">Thrown when the text is not a mark. The message shows examples.</exception>
    public static MarkPattern Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        int slash = rest.IndexOf('/');
        uint mask = uint.MaxValue;
        if (!TryReadNumber(slash < 0 ? rest : rest[..slash], out uint value)
            || (slash >= 0 && !TryReadNumber(rest[(slash + 1)..], out mask)))
        {
            throw new FormatException(
                $"'{text}' is not a mark. Write a number or a number and a mask, such as 16, 0x10 or 0x10/0xff.");
        }

        return (value & ~mask) == 0
            ? new MarkPattern(value, mask)
            : throw new FormatException(string.Create(
                CultureInfo.InvariantCulture,
                $"'{text}' has bits outside its mask. Did you mean 0x{value & mask:x}/0x{mask:x}?"));
    }

    /// <summary>Returns whether a mark matches. Null, from a kernel without marks, never matches.</summary>
    public bool Matches(uint? mark) => mark is { } present && (present & Mask) == Value;

    /// <summary>Returns the pattern as text that <see cref="Parse"/> reads.</summary>
    public override string ToString() => Mask == uint.MaxValue
        ? string.Create(CultureInfo.InvariantCulture, $"0x{Value:x}")
        : string.Create(CultureInfo.InvariantCulture, $"0x{Value:x}/0x{Mask:x}");

    private static bool TryReadNumber(ReadOnlySpan<char> text, out uint number) =>
        NumberText.TryRead(text, out number) || NumberText.TryReadHex(text, out number);
}
