using System.Collections;
using System.Globalization;
using System.Management.Automation;
using ProxyHelper.Addresses;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Makes a parameter read whole numbers strictly. The engine rounds 1.5 to 2, and its message about 114x names neither
/// the range nor an example.
/// </summary>
/// <param name="minimum">The smallest number.</param>
/// <param name="maximum">The largest number.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class WholeNumberAttribute(long minimum, long maximum) : ArgumentTransformationAttribute
{
    /// <summary>Gets the smallest number.</summary>
    public long Minimum { get; } = minimum;

    /// <summary>Gets the largest number.</summary>
    public long Maximum { get; } = maximum;

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) => Unwrap(inputData) switch
    {
        IList several => several.Cast<object>().Select(Read).ToArray(),
        _ => Read(inputData),
    };

    private object Read(object value)
    {
        object? given = Unwrap(value);
        if (given is null)
        {
            return value; // The engine reports a missing value.
        }

        // The engine also reads 0x72 and 4MB as numbers.
        bool isNumber = given is string or IConvertible and not (bool or char or DateTime)
            && !$"{given}".Any(char.IsControl)
            && LanguagePrimitives.TryConvertTo(given, CultureInfo.InvariantCulture, out decimal number)
            && number == decimal.Truncate(number) && number >= Minimum && number <= Maximum;
        return isNumber
            ? LanguagePrimitives.ConvertTo<long>(given)
            : throw new ArgumentTransformationMetadataException(
                $"'{PrintableText.From($"{given}")}' is not a whole number from {Minimum} to {Maximum}.");
    }

    private static object? Unwrap(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;
}
