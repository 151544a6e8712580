using System.Net;
using System.Net.Sockets;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;
using ProxyHelper.Netlink;
using ProxyHelper.Server.Portable;

namespace ProxyHelper.Server;

/// <summary>
/// Finds addresses that no host has: broadcast, multicast and unspecified addresses. No program listens on such an
/// address, and no client has it. The kernel would bind a broadcast or multicast address without an error.
/// </summary>
internal sealed class HostAddresses
{
    private readonly LocalAddresses? _local;

    private HostAddresses(LocalAddresses? local)
    {
        _local = local;
    }

    /// <summary>
    /// Reads the addresses of this host once. If the list cannot be read, only the broadcast addresses of local subnets
    /// are not found.
    /// </summary>
    public static HostAddresses Read()
    {
        try
        {
            using LocalAddresses local =
                OperatingSystem.IsLinux() ? LocalAddresses.Open() : LocalAddresses.OpenPortable(new PortableClock());
            return new HostAddresses(local); // the list stays when the socket is closed
        }
        catch (LinuxException)
        {
            return new HostAddresses(null);
        }
    }

    /// <summary>Returns the reason that no program can listen on one of the addresses, or null.</summary>
    /// <param name="addresses">The addresses. 0.0.0.0 is all addresses of this host.</param>
    public string? FindListenFault(IEnumerable<IPAddress> addresses)
    {
        foreach (IPAddress address in addresses)
        {
            if (address.AddressFamily != AddressFamily.InterNetwork)
            {
                return $"{address} is not an IPv4 address. smtp-gated uses IPv4 only.";
            }

            var value = IPv4Address.FromIPAddress(address);
            if (value != IPv4Address.Any && KindOf(value) is { } kind)
            {
                string own = _local is null ? string.Empty : $" The addresses of this host are {_local}.";
                return $"No program can listen on {address}, which is {kind} address.{own}";
            }
        }

        return null;
    }

    /// <summary>Returns the reason that no client has one of the addresses, or null.</summary>
    public string? FindClientFault(IEnumerable<EndPointPattern> clients)
    {
        foreach (EndPointPattern client in clients)
        {
            if (!client.IsIPv4Addresses)
            {
                return $"{client} is not an IPv4 address or prefix.";
            }

            if (client.FindClientFault() is { } fault)
            {
                return fault;
            }

            if (client.IsOneAddress && IsBroadcast(client.IPv4Network))
            {
                return $"{client} is the broadcast address of a local subnet, which no client has.";
            }
        }

        return null;
    }

    private string? KindOf(IPv4Address address) =>
        address.IsUnspecified ? "an unspecified"
        : address.IsMulticast ? "a multicast"
        : address == IPv4Address.Broadcast || IsBroadcast(address) ? "a broadcast"
        : null;

    private bool IsBroadcast(IPv4Address address) => _local?.IsBroadcast(address) == true;
}
