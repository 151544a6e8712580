using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace ProxyHelper.PowerShell;

/// <summary>The IPv4 addresses of this machine, as the network namespace of the calling thread has them.</summary>
internal static class LocalAddresses
{
    /// <summary>Each with its device.</summary>
    /// <exception cref="NetworkInformationException">The system does not say.</exception>
    public static IEnumerable<(IPAddress Address, string Device)> All() =>
        from device in NetworkInterface.GetAllNetworkInterfaces()
        from address in device.GetIPProperties().UnicastAddresses
        where address.Address.AddressFamily == AddressFamily.InterNetwork
        select (address.Address, device.Name);
}
