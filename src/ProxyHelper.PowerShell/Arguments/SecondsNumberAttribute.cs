using System.Globalization;
using System.Management.Automation;

namespace ProxyHelper.PowerShell;

/// <summary>Makes a parameter read a number of seconds. The message about another value names the range.</summary>
/// <param name="minimum">The smallest number.</param>
/// <param name="maximum">The largest number.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SecondsNumberAttribute(double minimum, double maximum) : ArgumentAttribute
{
    /// <summary>Gets the smallest number.</summary>
    public double Minimum { get; } = minimum;

    /// <summary>Gets the largest number.</summary>
    public double Maximum { get; } = maximum;

    /// <inheritdoc/>
    protected override object Read(object value, PSObject given)
    {
        if (value is TimeSpan time)
        {
            value = time.TotalSeconds;
        }

        bool isNumber = value is string or IConvertible and not (bool or char or DateTime)
            && LanguagePrimitives.TryConvertTo(value, CultureInfo.InvariantCulture, out double number)
            && number >= Minimum && number <= Maximum;
        return isNumber
            ? LanguagePrimitives.ConvertTo(value, typeof(double), CultureInfo.InvariantCulture)
            : throw Fault(string.Create(
                CultureInfo.InvariantCulture,
                $"'{value}' is not a number of seconds from {Minimum} to {Maximum}, such as 1 or 0.5."));
    }
}
