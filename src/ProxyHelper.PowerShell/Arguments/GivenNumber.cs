using System.Globalization;
using System.Management.Automation;
using System.Numerics;

namespace ProxyHelper.PowerShell;

/// <summary>Reads numbers that are given as a value and not as text.</summary>
internal static class GivenNumber
{
    /// <summary>Returns the number, or null if the value is no number or a number without a limit.</summary>
    public static decimal? Of(object value) => value switch
    {
        BigInteger large => BigInteger.Abs(large) < (BigInteger)decimal.MaxValue ? (decimal)large : null,
        IConvertible number when number.GetTypeCode() is >= TypeCode.SByte and <= TypeCode.Decimal =>
            LanguagePrimitives.TryConvertTo(value, CultureInfo.InvariantCulture, out decimal exact) ? exact : null,
        _ => null,
    };
}
