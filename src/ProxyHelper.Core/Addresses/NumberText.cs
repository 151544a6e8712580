using System.Buffers;
using System.Globalization;
using System.Numerics;

namespace ProxyHelper.Addresses;

/// <summary>Numbers as people and the kernel write them: digits and nothing else. .NET alone also takes NULs behind the digits.</summary>
internal static class NumberText
{
    private static readonly SearchValues<char> _hexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>Reads a decimal number.</summary>
    /// <returns>False when the text is none, or it is too large for the type.</returns>
    public static bool TryRead<T>(ReadOnlySpan<char> text, out T number)
        where T : struct, IBinaryInteger<T>
    {
        number = default;
        return !text.ContainsAnyExceptInRange('0', '9') && T.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>Reads a hexadecimal number behind "0x".</summary>
    /// <returns>False likewise.</returns>
    public static bool TryReadHex<T>(ReadOnlySpan<char> text, out T number)
        where T : struct, IBinaryInteger<T>
    {
        number = default;
        return text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            && !text[2..].ContainsAnyExcept(_hexDigits)
            && T.TryParse(text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);
    }
}
