using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using ProxyHelper.Conntrack;
using ProxyHelper.Mappings;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Offers the states that the kernel has, each of which also selects the words of other routers, and the words of the
/// saved table that is named.
/// </summary>
public sealed class StateCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters) =>
        from name in Words(fakeBoundParameters).Concat(Enum.GetNames<ConnectionState>()).Distinct()
        where name.StartsWith(wordToComplete ?? string.Empty, StringComparison.OrdinalIgnoreCase)
        select new CompletionResult(name);

    private static IEnumerable<string> Words(IDictionary boundParameters) =>
        (SavedRows.Read(boundParameters) ?? []).OfType<RouterMapping>().Select(row => row.State).OfType<string>()
            .Distinct().Order(StringComparer.Ordinal);
}
