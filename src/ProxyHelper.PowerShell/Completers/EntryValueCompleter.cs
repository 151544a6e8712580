using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using ProxyHelper.Conntrack;

namespace ProxyHelper.PowerShell;

/// <summary>Offers numbers that entries in the conntrack table have now: marks, zones, ids, ports.</summary>
public sealed class EntryValueCompleter : IArgumentCompleter
{
    private const int Offered = 100;

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        long?[] values = OperatingSystem.IsLinux() ? LiveEntries.Values(entry => ValueOf(entry, parameterName)) : [];
        return values
            .OfType<long>()
            .Select(value => value.ToString(CultureInfo.InvariantCulture))
            .Where(text => text.StartsWith(wordToComplete ?? string.Empty, StringComparison.Ordinal))
            .Take(Offered)
            .Select(text => new CompletionResult(text));
    }

    private static long? ValueOf(ConntrackEntry entry, string parameter) => parameter switch
    {
        "Mark" => entry.Mark,
        "Zone" => entry.Zone,
        "Port" => entry.OriginalDestination.Port, // the services; others come and go
        _ => entry.Id,
    };
}
