using System.Management.Automation;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Mappings;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Rejects values that are not mappings of this kernel, with a message that says how to get one. Rows of a CSV or JSON
/// file look like mappings, but do not identify an entry of the conntrack table.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class MappingAttribute : ArgumentAttribute
{
    /// <inheritdoc/>
    protected override object Read(object value, PSObject given) => value switch
    {
        ConntrackEntry => value,
        RouterMapping row => throw Fault(
            $"The mapping is from a table of {row.System}, so it was not removed: only entries of the kernel of this "
            + "host can be removed."),
        _ => throw Fault(
            "The value is not a mapping from Get-NatMapping, so it was not removed. Get the mapping from the kernel: "
            + "Get-NatMapping -OriginalSource … -OriginalDestination … | Remove-NatMapping. For the rows of a file: "
            + "Import-Csv FILE | Get-NatMapping | Remove-NatMapping."),
    };
}

/// <summary>
/// Lets a parameter accept what names a mapping: a mapping, or an object with its protocol and its original ends, such
/// as a row of a CSV file or the output of ConvertFrom-Json or Select-Object. Any other value is left to the other
/// parameters of the pipeline.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class MappingNameAttribute : ArgumentAttribute
{
    private static readonly EndPointAttribute _endPoint = new();
    private static readonly ProtocolAttribute _protocol = new();
    private static readonly WholeNumberAttribute _zone = new(0, ushort.MaxValue);
    private static readonly WholeNumberAttribute _id = new(0, uint.MaxValue);

    // The properties that other parameters take from the pipeline.
    private static readonly HashSet<string> _otherNames =
        new(["Source", "Destination", "FullName", "LiteralPath"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Initializes the attribute. A line of a saved table belongs to another parameter.</summary>
    public MappingNameAttribute()
    {
        AcceptsEmptyText = true;
        AcceptsAnyCharacter = true;
    }

    /// <inheritdoc/>
    protected override object Read(object value, PSObject given)
    {
        if (value is RouterMapping row)
        {
            throw OtherRouter(row.System);
        }

        if (value is not PSCustomObject || TableObject.SystemOf(value, given) is not null)
        {
            return value;
        }

        if (given.Properties[nameof(NatMapping.System)]?.Value is { } text
            && $"{text}" is { Length: > 0 } system
            && system != $"{NatSystem.Conntrack}" && system != $"{(int)NatSystem.Conntrack}")
        {
            throw OtherRouter(text);
        }

        return given.Properties[nameof(ConntrackEntry.Protocol)] is { } protocol
            && given.Properties[nameof(ConntrackEntry.OriginalSource)] is { } source
            && given.Properties[nameof(ConntrackEntry.OriginalDestination)] is { } destination
                ? Mapping(protocol, source, destination, given)
                : given.Properties.Any(property => _otherNames.Contains(property.Name))
                    ? value
                    : throw Fault(
                        "The object has no properties that name a mapping: Protocol, OriginalSource and "
                        + "OriginalDestination, or Source and Destination.");
    }

    private static Exception OtherRouter(object system) => Fault(
        $"The mapping is from a table of {system}, and cannot be read again from the kernel of this host. Read a new "
        + "table of the router.");

    private static ConntrackEntry Mapping(
        PSPropertyInfo protocol, PSPropertyInfo source, PSPropertyInfo destination, PSObject given)
    {
        var original = new ConntrackTuple(
            ValueOf<IPProtocol>(protocol, _protocol),
            ValueOf<TransportEndPoint>(source, _endPoint),
            ValueOf<TransportEndPoint>(destination, _endPoint));
        return new ConntrackEntry(new ConntrackEntryValues
        {
            Original = original,
            Reply = original.Reversed,
            OriginalZone = Optional<ushort>(given.Properties[nameof(ConntrackEntry.OriginalZone)], _zone)
                ?? Optional<ushort>(given.Properties[nameof(ConntrackEntry.Zone)], _zone)
                ?? 0,
            Id = Optional<uint>(given.Properties[nameof(ConntrackEntry.Id)], _id),
        });
    }

    // A row of a CSV file has an empty text for a value that the kernel did not report.
    private static T? Optional<T>(PSPropertyInfo? property, WholeNumberAttribute reader)
        where T : struct => property?.Value is null or "" ? null : ValueOf<T>(property, reader);

    private static T ValueOf<T>(PSPropertyInfo property, ArgumentAttribute reader)
    {
        try
        {
            return LanguagePrimitives.ConvertTo<T>(reader.Transform(null!, property.Value));
        }
        catch (Exception failure) when (failure is ArgumentTransformationMetadataException or PSInvalidCastException)
        {
            throw Fault($"The property {property.Name} of the mapping cannot be read. {failure.Message}");
        }
    }
}
