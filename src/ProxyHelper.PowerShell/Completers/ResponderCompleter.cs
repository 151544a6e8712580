using System.Collections;
using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace ProxyHelper.PowerShell;

/// <summary>Offers the names or the ids of this session's responders, each with where it listens.</summary>
public sealed class ResponderCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string word = (wordToComplete ?? string.Empty).Trim('\'', '"');
        using System.Management.Automation.PowerShell shell = System.Management.Automation.PowerShell.Create(RunspaceMode.CurrentRunspace);
        shell.AddCommand("ProxyHelper\\Get-ProxyHelper");
        return
        [
            .. from job in Responders(shell)
               let text = parameterName == "Id" ? job.Id.ToString(CultureInfo.InvariantCulture) : job.Name
               where text.StartsWith(word, StringComparison.OrdinalIgnoreCase)
               select new CompletionResult(Quoted(text), text, CompletionResultType.ParameterValue, $"{job.Name} on {job.Location}, {job.JobStateInfo.State}"),
        ];
    }

    private static Collection<Job> Responders(System.Management.Automation.PowerShell shell)
    {
        try
        {
            return shell.Invoke<Job>();
        }
        catch (RuntimeException)
        {
            return []; // the Tab key tells of no errors
        }
    }

    private static string Quoted(string name) =>
        name.All(letter => char.IsLetterOrDigit(letter) || letter is '-' or '_' or '.') ? name : $"'{CodeGeneration.EscapeSingleQuotedStringContent(name)}'";
}
