using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using ProxyHelper.Addresses;

namespace ProxyHelper.PowerShell;

/// <summary>Offers the IPv4 gateways of this host for -Router: the router of a proxy is often its gateway.</summary>
public sealed class GatewayCompleter : IArgumentCompleter
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
        return from one in Gateways()
               where one.Address.StartsWith(word, StringComparison.Ordinal)
               let toolTip = PrintableText.From($"{one.Address} (gateway of {one.Device})")
               select new CompletionResult(one.Address, one.Address, CompletionResultType.ParameterValue, toolTip);
    }

    private static (string Address, string Device)[] Gateways()
    {
        try
        {
            return
            [
                .. (from device in NetworkInterface.GetAllNetworkInterfaces()
                    from gateway in device.GetIPProperties().GatewayAddresses
                    where gateway.Address.AddressFamily == AddressFamily.InterNetwork
                    select ($"{gateway.Address}", device.Name)).Distinct(),
            ];
        }
        catch (NetworkInformationException)
        {
            return []; // The Tab key reports no errors.
        }
    }
}
