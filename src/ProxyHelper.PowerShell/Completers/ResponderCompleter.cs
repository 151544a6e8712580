using System.Collections;
using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using ProxyHelper.Addresses;

namespace ProxyHelper.PowerShell;

/// <summary>Offers the names or the ids of the helpers or relays of this session, each with where it listens.</summary>
public sealed class ResponderCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        string word = (wordToComplete ?? string.Empty).Trim('\'', '"');
        return
        [
            .. from job in JobsOf(commandName)
               let text = parameterName == "Id" ? job.Id.ToString(CultureInfo.InvariantCulture) : job.Name
               where text.StartsWith(word, StringComparison.OrdinalIgnoreCase)
               let toolTip = PrintableText.From($"{job.Name} on {job.Location}, {job.JobStateInfo.State}")
               let shown = PrintableText.From(text)
               select new CompletionResult(Quoted(text), shown, CompletionResultType.ParameterValue, toolTip),
        ];
    }

    private static Collection<Job> JobsOf(string? command)
    {
        bool isRelay = command?.EndsWith("Relay", StringComparison.OrdinalIgnoreCase) == true;
        string noun = isRelay ? "ProxyRelay" : "ProxyHelper";
        using var shell = System.Management.Automation.PowerShell.Create(RunspaceMode.CurrentRunspace);
        shell.AddCommand($"ProxyHelper\\Get-{noun}");
        try
        {
            return shell.Invoke<Job>();
        }
        catch (RuntimeException)
        {
            return []; // The Tab key reports no errors.
        }
    }

    private static string Quoted(string name) =>
        name.All(letter => char.IsLetterOrDigit(letter) || letter is '-' or '_' or '.')
            ? name
            : $"'{CodeGeneration.EscapeSingleQuotedStringContent(name)}'";
}
