using System.Net;

namespace ProxyHelper.PowerShell;

/// <summary>Reads the addresses of -BindAddress. Each kind of mistake has its own error.</summary>
internal static class BindAddresses
{
    /// <summary>Returns each address once.</summary>
    /// <exception cref="TerminatingErrorException">Thrown when a text is not an address that can be bound.</exception>
    public static IPAddress[] Read(string[] texts)
    {
        IPAddress[] addresses = [.. texts.Select(Read).Distinct()];
        return addresses.Length > 1 && addresses.Contains(IPAddress.Any)
            ? throw new TerminatingErrorException(HelperErrors.BindAddressesOverlap(addresses))
            : addresses;
    }

    private static IPAddress Read(string text)
    {
        var typed = TypedAddress.Read(text);
        return typed.Form is AddressForm.OneHost or AddressForm.AllAddresses
            ? typed.Address
            : throw new TerminatingErrorException(typed.Form switch
            {
                AddressForm.Group => HelperErrors.BindAddressNotUnicast(text),
                AddressForm.IPv6 => HelperErrors.BindAddressNotIPv4(text),
                AddressForm.WithPort => HelperErrors.BindAddressHasPort(typed),
                AddressForm.Prefix => HelperErrors.BindAddressIsPrefix(text),
                AddressForm.HostName => HelperErrors.BindAddressIsHostName(text),
                _ => HelperErrors.BindAddressUnreadable(text),
            });
    }
}
