using System.Globalization;
using System.Management.Automation;
using ProxyHelper.Addresses;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Lets a TimeSpan parameter accept a number as seconds. The engine reads 2 as two ticks of 100 ns and '2' as two days,
/// and an administrator means neither.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SecondsAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
        {
            string text when TryRead(text, out TimeSpan time) => time,
            IConvertible number when number.GetTypeCode() is >= TypeCode.SByte and <= TypeCode.Decimal =>
                TimeSpan.FromSeconds(number.ToDouble(CultureInfo.InvariantCulture)),
            _ => inputData,
        };

    // A negative time is read too, so that the message about the range shows -1 second and not -1 day.
    private static bool TryRead(string text, out TimeSpan time)
    {
        bool isNegative = text.StartsWith('-');
        bool isRead = NumberText.TryReadSeconds(text.AsSpan(isNegative ? 1 : 0), TimeSpan.MaxValue, out time);
        time = isNegative ? -time : time;
        return isRead;
    }
}
