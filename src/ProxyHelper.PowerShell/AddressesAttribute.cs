using System.Collections;
using System.Management.Automation;
using System.Net;
using System.Net.Sockets;
using ProxyHelper.Addresses;

namespace ProxyHelper.PowerShell;

/// <summary>Makes a parameter read its texts as IPv4 addresses or prefixes. A pattern with a port is refused.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class AddressesAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) => Unwrap(inputData) switch
    {
        IList several => several.Cast<object?>().Select(Read).ToArray(),
        _ => Read(inputData),
    };

    private static object Read(object? value) => Unwrap(value) switch
    {
        null => throw new ArgumentTransformationMetadataException("An address is missing: the value is null."),
        string text => EndPointPattern.TryParseAddresses(text, out EndPointPattern pattern, out string? fault)
            ? pattern
            : throw new ArgumentTransformationMetadataException(fault),
        IPAddress { AddressFamily: not AddressFamily.InterNetwork } address =>
            throw new ArgumentTransformationMetadataException($"{address} is not an IPv4 address."),
        IPAddress address => new EndPointPattern(address),
        _ => value!,
    };

    private static object? Unwrap(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;
}
