using System.Globalization;
using System.Management.Automation;
using System.Net;
using ProxyHelper.Addresses;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Lets a parameter accept addresses, end points and prefixes as text, as the values of this module and of System.Net,
/// and as the objects that Import-Clixml and ConvertFrom-Json make of them. The engine would make a value that matches
/// everything of a hashtable, and an end point of 25 if the type of the parameter were IPEndPoint.
/// </summary>
internal abstract class NetworkArgumentAttribute : ArgumentAttribute
{
    /// <inheritdoc/>
    protected sealed override object Read(object value, PSObject given) => TextOf(value, given) is { } text
        ? Parse(text)
        : throw Fault(
            $"A value of the type {value.GetType().Name} is neither text nor an address, an end point or a prefix.");

    /// <summary>Returns the value that is bound for a text.</summary>
    protected abstract object Parse(string text);

    private static string? TextOf(object value, PSObject given) => value switch
    {
        string text => text,
        IPAddress or IPEndPoint or IPNetwork or TransportEndPoint or EndPointPattern => value.ToString(),
        IConvertible number => number.ToString(CultureInfo.InvariantCulture),
        _ => TextOf(given, "Address", "Port", ":") ?? TextOf(given, "BaseAddress", "PrefixLength", "/"),
    };

    /// <summary>Returns the text of an object by its properties, or null if the object lacks one of them.</summary>
    private static string? TextOf(PSObject given, string address, string number, string separator)
    {
        if (given.Properties[address]?.Value is not { } first || given.Properties[number]?.Value is not { } second)
        {
            return null;
        }

        string host = $"{first}";
        bool needsBrackets = separator == ":" && host.Contains(':', StringComparison.Ordinal);
        return needsBrackets ? $"[{host}]:{second}" : $"{host}{separator}{second}";
    }
}

/// <summary>Makes a parameter read its values as filters of addresses and ports.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class EndPointPatternAttribute : NetworkArgumentAttribute
{
    /// <inheritdoc/>
    protected override object Parse(string text) =>
        EndPointPattern.TryParse(text, out EndPointPattern pattern, out string? fault) ? pattern : throw Fault(fault);
}

/// <summary>Makes a parameter read its values as an address and a port.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class EndPointAttribute : NetworkArgumentAttribute
{
    /// <inheritdoc/>
    protected override object Parse(string text) => Parsed(TransportEndPoint.Parse, text);
}

/// <summary>Makes a parameter read its values as IPv4 addresses or prefixes of clients. A port is refused.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class AddressesAttribute : NetworkArgumentAttribute
{
    /// <inheritdoc/>
    protected override object Parse(string text) =>
        EndPointPattern.TryParseAddresses(text, out EndPointPattern pattern, out string? fault)
            ? pattern.FindClientFault() is { } notClient ? throw Fault(notClient) : pattern
            : throw Fault(fault);
}
