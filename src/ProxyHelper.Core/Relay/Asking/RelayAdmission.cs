using ProxyHelper.Addresses;
using ProxyHelper.Netlink;

namespace ProxyHelper.Relay.Asking;

/// <summary>
/// Decides which connections are relayed: those of routers, whose original ends cannot lead back to this host. An
/// instance belongs to the thread of the addresses.
/// </summary>
/// <param name="rules">The rules.</param>
/// <param name="local">The addresses of this host.</param>
internal sealed class RelayAdmission(RelayRules rules, LocalAddresses local)
{
    private readonly EndPointPattern[] _routers = [.. rules.Routers];
    private readonly PortRange[] _ports = [.. rules.AllowedPorts];

    /// <summary>Returns whether a connection from an address comes from a router.</summary>
    public bool IsRouter(IPv4Address address)
    {
        foreach (EndPointPattern router in _routers)
        {
            if (router.Contains(address))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Returns the reason to refuse a connection with these original ends, or null.</summary>
    public RelayOutcome? FindRefusal(TransportEndPoint source, TransportEndPoint destination)
    {
        if (local.ReadAll().Count == 0)
        {
            return RelayOutcome.LocalFault; // the addresses could not be read, so a loop would not be found
        }

        return LeadsBack(source) || LeadsBack(destination) ? RelayOutcome.Loop
            : IsAllowed(destination.Port) ? null
            : RelayOutcome.PortNotAllowed;
    }

    private bool LeadsBack(TransportEndPoint end) =>
        !end.TryGetIPv4(out IPv4Address address) || end.Port == 0
            || address.IsUnspecified || address.IsMulticast || address == IPv4Address.Broadcast
            || local.Contains(address) || local.IsBroadcast(address);

    private bool IsAllowed(ushort port)
    {
        foreach (PortRange range in _ports)
        {
            if (range.First <= port && port <= range.Last)
            {
                return true;
            }
        }

        return _ports.Length == 0;
    }
}
