using System.Management.Automation;
using ProxyHelper.Addresses;

namespace ProxyHelper.PowerShell;

/// <summary>Makes a parameter read a range of ports.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class PortRangeAttribute : ArgumentAttribute
{
    /// <inheritdoc/>
    protected override object Read(object value, PSObject given) =>
        value is PortRange ? value
        : PortRange.TryParse(value.ToString().AsSpan().Trim(), out PortRange range) ? range
        : throw Fault($"'{value}' is not a range of ports. Give the first and the last port, such as 32768-65535.");
}
