using System.Globalization;
using System.Management.Automation;
using ProxyHelper.Addresses;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Lets a TimeSpan parameter accept a number as seconds. The engine reads 2 as two ticks of 100 ns and '2' as two days,
/// and an administrator means neither.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SecondsAttribute : ArgumentAttribute
{
    /// <inheritdoc/>
    protected override object Read(object value, PSObject given) => value switch
    {
        TimeSpan time => time,
        string text when TryRead(text, out TimeSpan time) => time,
        string text when TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out TimeSpan time) => time,
        _ when GivenNumber.Of(value) is { } number && FromSeconds((double)number) is { } time => time,
        _ => throw Fault(
            $"'{value}' is not a time. Give a number of seconds, such as 1 or 0.5, or a time such as 0:0:1."),
    };

    private static TimeSpan? FromSeconds(double seconds) =>
        Math.Abs(seconds) < TimeSpan.MaxValue.TotalSeconds ? TimeSpan.FromSeconds(seconds) : null; // not for NaN

    // A negative time is read too, so that the message about the range shows -1 second and not -1 day.
    private static bool TryRead(string text, out TimeSpan time)
    {
        bool isNegative = text.StartsWith('-');
        bool isRead = NumberText.TryReadSeconds(text.AsSpan(isNegative ? 1 : 0), TimeSpan.MaxValue, out time);
        time = isNegative ? -time : time;
        return isRead;
    }
}
