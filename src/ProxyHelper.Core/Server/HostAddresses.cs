using System.Net;
using System.Net.Sockets;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;
using ProxyHelper.Netlink;

namespace ProxyHelper.Server;

/// <summary>
/// Finds addresses that no host has: broadcast, multicast and unspecified addresses. No helper listens on such an
/// address, and no client has it. The kernel would bind a broadcast or multicast address without an error.
/// </summary>
internal static class HostAddresses
{
    /// <summary>Returns the reason that no helper can listen on one of the addresses, or null.</summary>
    /// <param name="addresses">The addresses. 0.0.0.0 is all addresses of this host.</param>
    public static string? FindListenFault(IEnumerable<IPAddress> addresses)
    {
        using LocalAddresses? local = TryOpen();
        foreach (IPAddress address in addresses)
        {
            if (address.AddressFamily != AddressFamily.InterNetwork)
            {
                return $"{address} is not an IPv4 address. smtp-gated uses IPv4 only.";
            }

            var value = IPv4Address.FromIPAddress(address);
            if (value != IPv4Address.Any && KindOf(value, local) is { } kind)
            {
                string own = local is null ? string.Empty : $" The addresses of this host are {local}.";
                return $"No helper can listen on {address}, which is {kind} address.{own}";
            }
        }

        return null;
    }

    /// <summary>Returns the reason that no client has one of the addresses, or null.</summary>
    public static string? FindClientFault(IEnumerable<EndPointPattern> clients)
    {
        using LocalAddresses? local = TryOpen();
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

            if (client.IsOneAddress && IsBroadcast(client.IPv4Network, local))
            {
                return $"{client} is the broadcast address of a local subnet, which no client has.";
            }
        }

        return null;
    }

    private static string? KindOf(IPv4Address address, LocalAddresses? local) =>
        address.IsUnspecified ? "an unspecified"
        : address.IsMulticast ? "a multicast"
        : address == IPv4Address.Broadcast || IsBroadcast(address, local) ? "a broadcast"
        : null;

    private static bool IsBroadcast(IPv4Address address, LocalAddresses? local) =>
        OperatingSystem.IsLinux() && local?.IsBroadcast(address) == true;

    private static LocalAddresses? TryOpen()
    {
        try
        {
            return OperatingSystem.IsLinux() ? LocalAddresses.Open() : null;
        }
        catch (LinuxException)
        {
            return null; // the addresses that no host has on any network are still found
        }
    }
}
