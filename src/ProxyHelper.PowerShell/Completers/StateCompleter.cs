using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using ProxyHelper.Conntrack;

namespace ProxyHelper.PowerShell;

/// <summary>Offers the states that the kernel has. Each of them also selects the words of other routers.</summary>
public sealed class StateCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters) =>
        from name in Enum.GetNames<ConnectionState>()
        where name.StartsWith(wordToComplete ?? string.Empty, StringComparison.OrdinalIgnoreCase)
        select new CompletionResult(name);
}
