using System.Management.Automation;
using System.Net;
using ProxyHelper.Addresses;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Makes a parameter read the IPv4 address of a helper. The engine takes 194.0.1 for 194.0.0.1, and its message about a
/// name or a port names no next step.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class OneAddressAttribute : ArgumentAttribute
{
    /// <inheritdoc/>
    protected override object Read(object value, PSObject given)
    {
        var typed = TypedAddress.Read($"{value}");
        if (typed.Form == AddressForm.IPv6 && AddressText.TryRead(typed.Host, out IPAddress? other))
        {
            return other; // The cmdlet has an error for it.
        }

        return typed.Form is AddressForm.OneHost or AddressForm.AllAddresses
            ? typed.Address
            : throw Fault($"'{typed.Text}' is not the IPv4 address of a helper. " + typed.Form switch
            {
                AddressForm.WithPort => $"Give the port with -Port: -HelperAddress {typed.Host} -Port {typed.Port}",
                AddressForm.HostName => $"Run 'getent ahostsv4 {typed.Text}' to see the addresses of the name.",
                AddressForm.Group => "Multicast, broadcast and reserved addresses belong to no single host. " +
                    "Give an address of the router, such as 194.0.1.1.",
                _ => "Give four decimal numbers, such as 194.0.1.1.",
            });
    }
}
