using System.Management.Automation;

namespace ProxyHelper.PowerShell;

/// <summary>Takes the line out of what Select-String found, so that a search in a saved table can be piped on.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SavedTextAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) => inputData switch
    {
        object[] several => Array.ConvertAll(several, LineOf),
        _ => LineOf(inputData),
    };

    private static object LineOf(object found)
    {
        PSObject wrapped = PSObject.AsPSObject(found ?? string.Empty);
        return wrapped.TypeNames.Contains("Microsoft.PowerShell.Commands.MatchInfo") && wrapped.Properties["Line"]?.Value is string line
            ? new SavedText(line)
            : found!;
    }
}
