using System.Globalization;
using System.Management.Automation;
using ProxyHelper.Conntrack;

namespace ProxyHelper.PowerShell;

/// <summary>Makes a parameter read its value as a mark: a number, or text such as 0x10/0xff.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class MarkAttribute : ArgumentAttribute
{
    /// <inheritdoc/>
    protected override object Read(object value, PSObject given) => value switch
    {
        MarkPattern => value,
        IConvertible number => Parsed(MarkPattern.Parse, number.ToString(CultureInfo.InvariantCulture)),
        _ => Parsed(MarkPattern.Parse, $"{value}"),
    };
}
