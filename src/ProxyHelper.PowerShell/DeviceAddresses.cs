using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace ProxyHelper.PowerShell;

/// <summary>Lists the IPv4 addresses of this host, as the network namespace of the calling thread has them.</summary>
internal static class DeviceAddresses
{
    /// <summary>Returns each address with its device.</summary>
    /// <exception cref="NetworkInformationException">Thrown when the system does not list its devices.</exception>
    public static IEnumerable<(IPAddress Address, string Device)> All() =>
        from device in NetworkInterface.GetAllNetworkInterfaces()
        from address in device.GetIPProperties().UnicastAddresses
        where address.Address.AddressFamily == AddressFamily.InterNetwork
        select (address.Address, device.Name);

    /// <summary>Returns the addresses as text.</summary>
    /// <exception cref="NetworkInformationException">Thrown when the system does not list its devices.</exception>
    public static string List() => string.Join(", ", All().Select(local => local.Address));
}
