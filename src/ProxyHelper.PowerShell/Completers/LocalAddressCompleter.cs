using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Net.NetworkInformation;
using ProxyHelper.Addresses;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Offers the IPv4 addresses of this host, each with its device. -BindAddress and -Listen also get 0.0.0.0, and -Listen
/// gets the colon before the port.
/// </summary>
public sealed class LocalAddressCompleter : IArgumentCompleter
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
        (string Address, string Meaning)[] local = Local();
        bool isServer = parameterName is "BindAddress" or "Listen";
        return from one in isServer ? [.. local, ("0.0.0.0", "all addresses")] : local
               let text = parameterName == "Listen" ? $"{one.Address}:" : one.Address
               where text.StartsWith(word, StringComparison.Ordinal)
               let toolTip = PrintableText.From($"{one.Address} ({one.Meaning})")
               select new CompletionResult(text, text, CompletionResultType.ParameterValue, toolTip);
    }

    private static (string Address, string Meaning)[] Local()
    {
        try
        {
            return [.. DeviceAddresses.All().Select(one => (one.Address.ToString(), one.Device)).Distinct()];
        }
        catch (NetworkInformationException)
        {
            return []; // The Tab key reports no errors.
        }
    }
}
