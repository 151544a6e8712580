using System.Management.Automation;
using ProxyHelper.Conntrack;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Rejects values that are not mappings of this session, with a message that says how to get one. Rows of a CSV file
/// and the output of Import-Clixml look like mappings, but do not identify an entry of the conntrack table.
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
                "The value is not a mapping from Get-NatMapping, so nothing was removed. Get the mapping from the "
                + "kernel: Get-NatMapping -OriginalSource … -OriginalDestination … | Remove-NatMapping. For the rows "
                + "of a file: Import-Csv FILE | ForEach-Object { Get-NatMapping -Id $_.Id } | Remove-NatMapping.");
    }

    private static object? Unwrapped(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;
}
