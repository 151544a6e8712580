using System.Globalization;
using System.Management.Automation;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Lets a TimeSpan parameter accept a number as seconds. The engine reads 2 as two ticks of 100 ns and '2' as two days,
/// and an administrator means neither.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SecondsAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? given = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        string text = Convert.ToString(given, CultureInfo.InvariantCulture) ?? string.Empty;
        return given is not TimeSpan
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds)
            ? TimeSpan.FromSeconds(seconds)
            : inputData;
    }
}
