using System.Net;

namespace ProxyHelper.PowerShell;

/// <summary>Makes a parameter read an IPv4 address and a TCP port of this host.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ListenAttribute : NetworkArgumentAttribute
{
    /// <inheritdoc/>
    protected override object Parse(string text)
    {
        var typed = TypedAddress.Read(text);
        if (typed is not { Form: AddressForm.WithPort, Port: > 0 and <= ushort.MaxValue })
        {
            throw Fault(
                $"'{typed.Text}' is not an address and a port. Give both, such as 194.0.22.9:9199. 0.0.0.0:9199 is " +
                "this port of all addresses.");
        }

        var host = TypedAddress.Read(typed.Host);
        return host.Form is AddressForm.OneHost or AddressForm.AllAddresses
            ? new IPEndPoint(host.Address, typed.Port.Value)
            : throw Fault(host.Form switch
            {
                AddressForm.HostName =>
                    $"'{typed.Text}' has a name. Give an IPv4 address: 'getent ahostsv4 {host.Host}' shows it.",
                AddressForm.Group => $"A relay cannot listen on {host.Host}: it belongs to no single host.",
                _ => $"A relay cannot listen on {host.Host}: connections and the protocol of helpers are IPv4.",
            });
    }
}
