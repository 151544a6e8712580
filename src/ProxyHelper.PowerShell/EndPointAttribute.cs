using System.Collections;
using System.Management.Automation;
using System.Net;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Lets a parameter accept values of the types IPEndPoint and IPAddress. With IPEndPoint as the type of the parameter,
/// the engine would accept text that is not an end point, such as 25.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class EndPointAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) => Unwrap(inputData) switch
    {
        IList several => several.Cast<object>().Select(ToText).ToArray(),
        _ => ToText(inputData),
    };

    private static object ToText(object value) => Unwrap(value) is IPEndPoint or IPAddress ? $"{value}" : value;

    private static object? Unwrap(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;
}
