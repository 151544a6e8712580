using System.Globalization;
using ProxyHelper.Addresses;

namespace ProxyHelper.Conntrack;

/// <summary>What a connection's mark is to be: a value, or a value of some of its bits.</summary>
/// <param name="Value">What these bits are to be.</param>
/// <param name="Mask">The bits that matter.</param>
public readonly record struct MarkPattern(uint Value, uint Mask)
{
    /// <summary>Reads 16, 0x10 or 0x10/0xff.</summary>
    /// <exception cref="FormatException">The text is none of these; the message shows how one is written.</exception>
    public static MarkPattern Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        int slash = rest.IndexOf('/');
        uint mask = uint.MaxValue;
        if (!TryReadNumber(slash < 0 ? rest : rest[..slash], out uint value) || (slash >= 0 && !TryReadNumber(rest[(slash + 1)..], out mask)))
        {
            throw new FormatException($"'{text}' is no mark. Write a number, with a mask if some bits matter only, such as 16, 0x10 or 0x10/0xff.");
        }

        return (value & ~mask) == 0
            ? new MarkPattern(value, mask)
            : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"'{text}' has bits set that its mask leaves out. Did you mean 0x{value & mask:x}/0x{mask:x}?"));
    }

    /// <summary>Whether a connection's mark is as wanted. Where the kernel has no marks, none is.</summary>
    public bool Matches(uint? mark) => mark is { } present && (present & Mask) == Value;

    /// <summary>The pattern as <see cref="Parse"/> reads it.</summary>
    public override string ToString() => Mask == uint.MaxValue
        ? string.Create(CultureInfo.InvariantCulture, $"0x{Value:x}")
        : string.Create(CultureInfo.InvariantCulture, $"0x{Value:x}/0x{Mask:x}");

    private static bool TryReadNumber(ReadOnlySpan<char> text, out uint number) =>
        NumberText.TryRead(text, out number) || NumberText.TryReadHex(text, out number);
}
