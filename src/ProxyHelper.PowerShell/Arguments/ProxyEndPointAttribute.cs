using ProxyHelper.Addresses;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Makes a parameter read the address and port of a proxy. An IPv6 address is accepted here: the cmdlet has an error
/// for it.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ProxyEndPointAttribute : NetworkArgumentAttribute
{
    private static readonly IPv4Address _firstMulticast = IPv4Address.Parse("224.0.0.0");

    /// <inheritdoc/>
    protected override object Parse(string text)
    {
        try
        {
            TransportEndPoint proxy = TransportEndPoint.Parse(text);
            return IsOneHost(proxy) ? proxy : throw Fault(
                $"'{text}' is not the address and port of a proxy. " +
                "Give the address and port that DNAT translates the mail to, such as 194.0.22.9:9199.");
        }
        catch (FormatException failure)
        {
            throw Fault(failure.Message);
        }
    }

    private static bool IsOneHost(TransportEndPoint proxy) => proxy.Port != 0
        && (!proxy.TryGetIPv4(out IPv4Address address)
            || (address != IPv4Address.Any && address.Value < _firstMulticast.Value));
}
