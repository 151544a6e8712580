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
internal sealed class WholeNumberAttribute(long minimum, long maximum) : ArgumentAttribute
{
    /// <summary>Gets the smallest number.</summary>
    public long Minimum { get; } = minimum;

    /// <summary>Gets the largest number.</summary>
    public long Maximum { get; } = maximum;

    /// <inheritdoc/>
    protected override object Read(object value, PSObject given)
    {
        decimal? number = value is string text ? NumberOf(text.AsSpan().Trim()) : GivenNumber.Of(value);
        return number is { } exact && exact == decimal.Truncate(exact) && exact >= Minimum && exact <= Maximum
            ? (long)exact
            : throw Fault($"'{value}' is not a whole number from {Minimum} to {Maximum}.");
    }

    // The engine reads '2,114' as 2114.
    private static decimal? NumberOf(ReadOnlySpan<char> text) =>
        NumberText.TryRead(text, out long number) || NumberText.TryReadHex(text, out number) ? number : null;
}
