using System.Management.Automation;
using System.Net.Sockets;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;

namespace ProxyHelper.PowerShell;

/// <summary>Finds out why a helper cannot be asked, before a query is sent.</summary>
internal static class Askability
{
    /// <summary>Returns the fault in the address of a helper, or null.</summary>
    public static ErrorRecord? FindFault(TypedAddress typed) => typed.Form switch
    {
        AddressForm.OneHost or AddressForm.HostName => null,
        AddressForm.AllAddresses => HelperErrors.HelperAddressUnspecified(typed.Text),
        AddressForm.Group => HelperErrors.HelperAddressNotUnicast(typed.Text),
        AddressForm.IPv6 => HelperErrors.HelperAddressNotIPv4(typed.Text),
        AddressForm.WithPort => HelperErrors.HelperAddressHasPort(typed),
        _ => HelperErrors.HelperAddressUnreadable(typed.Text),
    };

    /// <summary>Returns the reason that smtp-gated's protocol cannot ask about a connection, or null.</summary>
    /// <param name="mapping">The mapping that gave the ends, or null.</param>
    /// <param name="protocol">The protocol, if there is no mapping.</param>
    /// <param name="source">The translated source.</param>
    /// <param name="destination">The translated destination.</param>
    public static ErrorRecord? FindObstacle(
        ConntrackEntry? mapping, IPProtocol protocol, TransportEndPoint source, TransportEndPoint destination) =>
        mapping switch
        {
            not null when mapping.Protocol != IPProtocol.Tcp || !IsIPv4(mapping.OriginalSource) =>
                MappingErrors.MappingNotAskable(mapping.Original, mapping),
            null when protocol != IPProtocol.Tcp =>
                MappingErrors.MappingNotAskable(new ConntrackTuple(protocol, source, destination), target: null),
            _ when !IsIPv4(source) => MappingErrors.EndPointNotIPv4(source),
            _ when !IsIPv4(destination) => MappingErrors.EndPointNotIPv4(destination),
            _ when !IsEnd(source) => HelperErrors.EndPointNotOfConnection("Source", source),
            _ when !IsEnd(destination) => HelperErrors.EndPointNotOfConnection("Destination", destination),
            _ => null,
        };

    private static bool IsIPv4(TransportEndPoint end) => end.AddressFamily == AddressFamily.InterNetwork;

    private static bool IsEnd(TransportEndPoint end) =>
        end.Port != 0 && TypedAddress.Read(end.Address).Form == AddressForm.OneHost;
}
