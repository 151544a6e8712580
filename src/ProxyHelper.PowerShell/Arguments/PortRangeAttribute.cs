using System.Management.Automation;
using ProxyHelper.Addresses;

namespace ProxyHelper.PowerShell;

/// <summary>Makes a parameter read a range of ports.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class PortRangeAttribute : ArgumentAttribute
{
    /// <summary>Gets or sets whether one port is a range, too.</summary>
    public bool AcceptsOnePort { get; set; }

    /// <inheritdoc/>
    protected override object Read(object value, PSObject given)
    {
        string text = $"{value}".Trim();
        return value is PortRange ? value
            : PortRange.TryParse(text, out PortRange range) ? range
            : AcceptsOnePort && NumberText.TryRead(text, out ushort port) && port > 0 ? new PortRange(port, port)
            : throw Fault(AcceptsOnePort
                ? $"'{value}' is neither a port from 1 to 65535 nor a range of ports, such as 8000-8099."
                : $"'{value}' is not a range of ports. Give the first and the last port, such as 32768-65535.");
    }
}
