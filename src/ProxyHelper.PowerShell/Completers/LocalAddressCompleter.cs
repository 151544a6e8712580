using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Net.NetworkInformation;

namespace ProxyHelper.PowerShell;

/// <summary>Offers this machine's IPv4 addresses, each with its device, and 0.0.0.0 for all of them where one listens.</summary>
public sealed class LocalAddressCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string word = (wordToComplete ?? string.Empty).Trim('\'', '"');
        (string Address, string Meaning)[] all = parameterName == "BindAddress" ? [.. Local(), ("0.0.0.0", "all addresses")] : [.. Local()];
        return all
            .Where(one => one.Address.StartsWith(word, StringComparison.Ordinal))
            .Select(one => new CompletionResult(one.Address, one.Address, CompletionResultType.ParameterValue, $"{one.Address} ({one.Meaning})"));
    }

    private static (string Address, string Meaning)[] Local()
    {
        try
        {
            return [.. LocalAddresses.All().Select(one => (one.Address.ToString(), one.Device)).Distinct()];
        }
        catch (NetworkInformationException)
        {
            return []; // the Tab key tells of no errors
        }
    }
}
