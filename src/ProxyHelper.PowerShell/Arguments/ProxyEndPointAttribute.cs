using ProxyHelper.Addresses;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Makes a parameter read the address and port of a proxy. An IPv6 address is accepted here: the cmdlet has an error
/// for it.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ProxyEndPointAttribute : NetworkArgumentAttribute
{
    /// <inheritdoc/>
    protected override object Parse(string text)
    {
        TransportEndPoint proxy = Parsed(TransportEndPoint.Parse, text);
        AddressForm form = TypedAddress.Read(proxy.Address).Form;
        return proxy.Port != 0 && form is AddressForm.OneHost or AddressForm.IPv6 ? proxy : throw Fault(
            $"'{text}' is not the address and port of a proxy. " +
            "Give the address and port that DNAT translates the mail to, such as 194.0.22.9:9199.");
    }
}
