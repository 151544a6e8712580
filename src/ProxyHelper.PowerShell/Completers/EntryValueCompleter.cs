using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using ProxyHelper.Conntrack;
using ProxyHelper.Mappings;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Offers marks, zones, ids, ports and routing domains of the present conntrack entries, or of the saved table that is
/// named.
/// </summary>
public sealed class EntryValueCompleter : IArgumentCompleter
{
    private const int MaxOffers = 100;

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        IEnumerable<string> texts = SavedRows.Read(fakeBoundParameters) is { } rows
            ? rows.Select(row => TextOf(row, parameterName)).OfType<string>().Distinct().Order(StringComparer.Ordinal)
            : OperatingSystem.IsLinux()
                ? LiveEntries.Values(entry => ValueOf(entry, parameterName)).OfType<long>().Select(Text)
                : [];
        return texts
            .Where(text => text.StartsWith(wordToComplete ?? string.Empty, StringComparison.Ordinal))
            .Take(MaxOffers)
            .Select(text => new CompletionResult(text));
    }

    private static string? TextOf(NatMapping row, string parameter) => row switch
    {
        ConntrackEntry entry => ValueOf(entry, parameter) is { } value ? Text(value) : null,
        RouterMapping other when parameter == "Port" => other.OriginalDestination is { } end ? Text(end.Port) : null,
        RouterMapping other when parameter == "Id" => other.Id,
        RouterMapping other when parameter == "RoutingDomain" => other.RoutingDomain,
        _ => null,
    };

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    // Of the four ports, the original destination's is the service. The others change with each connection.
    private static long? ValueOf(ConntrackEntry entry, string parameter) => parameter switch
    {
        "Mark" => entry.Mark,
        "Zone" => entry.Zone,
        "Port" => entry.OriginalDestination.Port,
        "Id" => entry.Id,
        _ => null,
    };
}
