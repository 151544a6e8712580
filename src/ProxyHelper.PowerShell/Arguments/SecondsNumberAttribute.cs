using System.Globalization;
using System.Management.Automation;
using ProxyHelper.Addresses;

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
        double? seconds = value switch
        {
            TimeSpan time => time.TotalSeconds,
            string text => NumberOf(text.AsSpan().Trim()),
            _ => (double?)GivenNumber.Of(value),
        };
        return seconds is { } number && number >= Minimum && number <= Maximum
            ? number
            : throw Fault(string.Create(
                CultureInfo.InvariantCulture,
                $"'{value}' is not a number of seconds from {Minimum} to {Maximum}, such as 1 or 0.5."));
    }

    // The engine reads '0,5' as 5.
    private static double? NumberOf(ReadOnlySpan<char> text) =>
        NumberText.TryReadSeconds(text, TimeSpan.MaxValue, out TimeSpan time) ? time.TotalSeconds : null;
}
