using System.Management.Automation;
using System.Net.Sockets;
using ProxyHelper.Addresses;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Lets a parameter accept a protocol above IP by its name or by its number. The engine refuses the number of an
/// enumeration that has no name, such as 50.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ProtocolAttribute : ArgumentAttribute
{
    private static readonly string[] _names = Enum.GetNames<IPProtocol>();

    /// <inheritdoc/>
    protected override object Read(object value, PSObject given) => value switch
    {
        IPProtocol protocol => protocol,
        ProtocolType protocol => FromNumber((int)protocol, $"{protocol}"),
        string text when NumberText.TryRead<ulong>(text.Trim(), out ulong number) => FromNumber(number, text),
        string text => FromName(text.Trim()),
        _ when GivenNumber.Of(value) is { } number => FromNumber(number, $"{number}"),
        _ => throw Unknown(value.ToString()),
    };

    private static IPProtocol FromNumber(decimal number, string text) =>
        number is >= byte.MinValue and <= byte.MaxValue && decimal.IsInteger(number)
            ? (IPProtocol)number
            : throw Unknown(text);

    // As the engine does for every enumeration: a name, or the beginning of one name.
    private static IPProtocol FromName(string text)
    {
        string[] found = Matching(name => name.Equals(text, StringComparison.OrdinalIgnoreCase));
        found = found is [_] ? found : Matching(name => name.StartsWith(text, StringComparison.OrdinalIgnoreCase));
        return found is [var only] ? Enum.Parse<IPProtocol>(only) : throw Unknown(text);
    }

    private static string[] Matching(Func<string, bool> condition) => [.. _names.Where(condition)];

    private static Exception Unknown(string? text) => Fault(
        $"'{text}' is not a protocol. Give one of the names {string.Join(", ", _names)}, or a number from 0 to 255.");
}
