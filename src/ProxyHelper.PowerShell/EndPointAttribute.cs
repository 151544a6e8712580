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
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) => inputData switch
    {
        object[] several => Array.ConvertAll(several, ToText),
        _ => ToText(inputData),
    };

    private static object ToText(object value) =>
        (value is PSObject wrapped ? wrapped.BaseObject : value) is IPEndPoint or IPAddress ? $"{value}" : value;
}
