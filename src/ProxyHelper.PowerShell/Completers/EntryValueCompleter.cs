using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using ProxyHelper.Conntrack;

namespace ProxyHelper.PowerShell;

/// <summary>Offers marks, zones, ids and ports of the present conntrack entries.</summary>
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
        long?[] values = OperatingSystem.IsLinux()
            ? LiveEntries.Values(entry => ValueOf(entry, parameterName))
            : [];
        return values
            .OfType<long>()
            .Select(value => value.ToString(CultureInfo.InvariantCulture))
            .Where(text => text.StartsWith(wordToComplete ?? string.Empty, StringComparison.Ordinal))
            .Take(MaxOffers)
            .Select(text => new CompletionResult(text));
    }

    // Of the four ports, the original destination's is the service. The others change with each connection.
    private static long? ValueOf(ConntrackEntry entry, string parameter) => parameter switch
    {
        "Mark" => entry.Mark,
        "Zone" => entry.Zone,
        "Port" => entry.OriginalDestination.Port,
        _ => entry.Id,
    };
}
