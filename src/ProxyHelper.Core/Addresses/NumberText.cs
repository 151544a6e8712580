using System.Buffers;
using System.Globalization;
using System.Numerics;

namespace ProxyHelper.Addresses;

/// <summary>
/// Reads numbers as people and the kernel write them: ASCII digits without signs and blanks. The parsers of .NET also
/// accept NULs after the digits.
/// </summary>
internal static class NumberText
{
    private const int SafeDigits = 19; // any number of so many digits fits an unsigned number of 64 bits

    private static readonly SearchValues<char> _hexDigits = SearchValues.Create("0123456789abcdefABCDEF");
    private static readonly SearchValues<char> _digitsAndPoint = SearchValues.Create("0123456789.");

    /// <summary>Reads a decimal number.</summary>
    /// <returns>False when the text is not a number, or the number does not fit the type.</returns>
    public static bool TryRead<T>(ReadOnlySpan<char> text, out T number)
        where T : struct, IBinaryInteger<T>
    {
        number = default;
        if (text.Length > SafeDigits)
        {
            return !text.ContainsAnyExceptInRange('0', '9')
                && T.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
        }

        ulong value = 0;
        foreach (char letter in text)
        {
            if (!char.IsAsciiDigit(letter))
            {
                return false;
            }

            value = (value * 10) + (ulong)(letter - '0');
        }

        number = T.CreateTruncating(value);
        bool fits = text.Length > 0 && ulong.CreateTruncating(number) == value;
        number = fits ? number : default;
        return fits;
    }

    /// <summary>Reads a decimal number in UTF-8.</summary>
    /// <returns>False when the text is not a number, or the number does not fit the type.</returns>
    public static bool TryRead<T>(ReadOnlySpan<byte> text, out T number)
        where T : struct, IBinaryInteger<T>
    {
        number = default;
        return !text.ContainsAnyExceptInRange((byte)'0', (byte)'9')
            && T.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>Reads a hexadecimal number after "0x".</summary>
    /// <returns>False when the text is not a number, or the number does not fit the type.</returns>
    public static bool TryReadHex<T>(ReadOnlySpan<char> text, out T number)
        where T : struct, IBinaryInteger<T>
    {
        number = default;
        return text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            && !text[2..].ContainsAnyExcept(_hexDigits)
            && T.TryParse(text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>Reads seconds: a decimal number such as 1, 0.25 or .5, rounded to 100 ns.</summary>
    /// <param name="text">The text.</param>
    /// <param name="longest">The longest time that is accepted.</param>
    /// <param name="time">The time.</param>
    /// <returns>False when the text is not a decimal number, or the time is longer than the longest.</returns>
    public static bool TryReadSeconds(ReadOnlySpan<char> text, TimeSpan longest, out TimeSpan time)
    {
        time = default;
        bool isNumber = !text.ContainsAnyExcept(_digitsAndPoint)
            & decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal seconds);
        if (!isNumber || seconds > (decimal)longest.Ticks / TimeSpan.TicksPerSecond)
        {
            return false;
        }

        time = new TimeSpan((long)decimal.Round(seconds * TimeSpan.TicksPerSecond));
        return true;
    }
}
