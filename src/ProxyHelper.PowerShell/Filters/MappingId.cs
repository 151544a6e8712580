using System.Globalization;
using System.Management.Automation;
using ProxyHelper.Addresses;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Represents the id of a mapping to select: a number of the kernel, or the text that another router writes, such as *1
/// or 5415dc6a00000001.
/// </summary>
public sealed class MappingId
{
    private readonly string _text;

    // Without a public constructor, the engine cannot make an id of an object with properties.
    private MappingId(string text)
    {
        _text = text;
    }

    /// <summary>Gets the id as a number of the kernel, or null if the kernel cannot have this id.</summary>
    internal uint? Kernel =>
        NumberText.TryRead(_text, out uint number) || NumberText.TryReadHex(_text, out number) ? number : null;

    /// <summary>Returns the text as a value of this type.</summary>
    public static MappingId Parse(string text) => new(text);

    /// <summary>Returns the text.</summary>
    public override string ToString() => _text;

    /// <summary>
    /// Returns whether a router's own id is this id. After a slash, pf has the id of the router that made the state.
    /// </summary>
    internal bool Matches(string id) =>
        id.Equals(_text, StringComparison.OrdinalIgnoreCase)
        || id.AsSpan(0, Math.Max(0, id.IndexOf('/', StringComparison.Ordinal)))
            .Equals(_text, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Makes a parameter read its values as ids of mappings.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class MappingIdAttribute : ArgumentAttribute
{
    /// <inheritdoc/>
    protected override object Read(object value, PSObject given) => value switch
    {
        MappingId => value,
        string text when text.Trim().All(IsOfId) => MappingId.Parse(text.Trim()),
        _ when GivenNumber.Of(value) is { } number && decimal.IsInteger(number) && number >= 0 =>
            MappingId.Parse(decimal.Truncate(number).ToString(CultureInfo.InvariantCulture)),
        _ => throw Fault(
            $"'{value}' is not the id of a mapping. For the kernel, it is a whole number from 0 to {uint.MaxValue}. "
            + "For another router, it is the value of the property Id."),
    };

    private static bool IsOfId(char one) => char.IsAsciiLetterOrDigit(one) || one is '*' or '/';
}
