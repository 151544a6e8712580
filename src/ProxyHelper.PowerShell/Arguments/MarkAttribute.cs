using System.Globalization;
using System.Management.Automation;
using ProxyHelper.Conntrack;

namespace ProxyHelper.PowerShell;

/// <summary>Makes a parameter read its value as a mark: a number, or text such as 0x10/0xff.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class MarkAttribute : ArgumentAttribute
{
    /// <summary>Initializes the attribute. A parameter of this kind takes one value.</summary>
    public MarkAttribute()
    {
        IsSingle = true;
    }

    /// <inheritdoc/>
    protected override object Read(object value, PSObject given)
    {
        string? text = value is IConvertible number ? number.ToString(CultureInfo.InvariantCulture) : value.ToString();
        try
        {
            return value is MarkPattern ? value : MarkPattern.Parse(text ?? string.Empty);
        }
        catch (FormatException failure)
        {
            throw Fault(failure.Message);
        }
    }
}
