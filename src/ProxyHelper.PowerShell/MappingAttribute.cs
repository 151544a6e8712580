using System.Management.Automation;
using ProxyHelper.Conntrack;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Says of what is no mapping of this session where to get one: rows of a CSV file and what Import-Clixml gives look like mappings,
/// but say too little of which entry was looked at.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class MappingAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? given = Unwrapped(inputData);
        object?[] all = given is object?[] several ? several : [given];
        return Array.TrueForAll(all, one => one is null || Unwrapped(one) is ConntrackEntry)
            ? inputData
            : throw new ArgumentTransformationMetadataException(
                "This is no mapping as Get-NatMapping gives them, so nothing was removed. Take it from the kernel anew: Get-NatMapping -OriginalSource … -OriginalDestination … | Remove-NatMapping; for rows of a file: Import-Csv FILE | ForEach-Object { Get-NatMapping -Id $_.Id } | Remove-NatMapping.");
    }

    private static object? Unwrapped(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;
}
