using System.Globalization;
using System.Management.Automation;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Makes a parameter read whole numbers strictly. The engine rounds 1.5 to 2, and its message about 114x names neither
/// the range nor an example.
/// </summary>
/// <param name="minimum">The smallest number.</param>
/// <param name="maximum">The largest number.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class WholeNumberAttribute(long minimum, long maximum) : ArgumentAttribute
{
    /// <summary>Gets the smallest number.</summary>
    public long Minimum { get; } = minimum;

    /// <summary>Gets the largest number.</summary>
    public long Maximum { get; } = maximum;

    /// <inheritdoc/>
    protected override object Read(object value, PSObject given)
    {
        // The engine also reads 0x72 and 4MB as numbers.
        bool isNumber = value is string or IConvertible and not (bool or char or DateTime)
            && LanguagePrimitives.TryConvertTo(value, CultureInfo.InvariantCulture, out decimal number)
            && number == decimal.Truncate(number) && number >= Minimum && number <= Maximum;
        return isNumber
            ? LanguagePrimitives.ConvertTo<long>(value)
            : throw Fault($"'{value}' is not a whole number from {Minimum} to {Maximum}.");
    }
}
