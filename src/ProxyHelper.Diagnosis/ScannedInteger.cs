namespace ProxyHelper.Diagnosis;

/// <summary>
/// Reads integers as scanf of the C library reads %i: white space, a sign, then hexadecimal digits after 0x, octal
/// digits after 0, or decimal digits. Everything after the digits is ignored.
/// </summary>
internal static class ScannedInteger
{
    private const string WhiteSpace = " \t\n\v\f\r";

    /// <summary>Reads a number.</summary>
    /// <returns>False when the text has no digit where the number must begin.</returns>
    public static bool TryRead(ReadOnlySpan<char> text, out int number)
    {
        text = text.TrimStart(WhiteSpace);
        bool isNegative = text is ['-', ..];
        text = text is ['-' or '+', ..] ? text[1..] : text;
        int radix = RadixOf(text);
        Int128 value = 0;
        bool isNumber = text is [>= '0' and <= '9', ..];
        foreach (char letter in radix == 16 ? text[2..] : text)
        {
            if (DigitOf(letter) is var digit && digit >= radix)
            {
                break;
            }

            value = Int128.Min((value * radix) + digit, (Int128)long.MaxValue + 1);
        }

        // The C library reads a long, which holds its limit if the number is too large, and keeps the low 32 bits.
        Int128 signed = Int128.Clamp(isNegative ? -value : value, long.MinValue, long.MaxValue);
        number = unchecked((int)(long)signed);
        return isNumber;
    }

    private static int RadixOf(ReadOnlySpan<char> text) => text switch
    {
        ['0', 'x' or 'X', ..] => 16,
        ['0', ..] => 8,
        _ => 10,
    };

    private static int DigitOf(char letter) => letter switch
    {
        >= '0' and <= '9' => letter - '0',
        >= 'a' and <= 'f' => letter - 'a' + 10,
        >= 'A' and <= 'F' => letter - 'A' + 10,
        _ => int.MaxValue,
    };
}
