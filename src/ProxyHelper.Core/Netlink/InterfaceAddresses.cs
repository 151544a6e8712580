using System.Net.NetworkInformation;
using System.Net.Sockets;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;

namespace ProxyHelper.Netlink;

/// <summary>Lists the IPv4 addresses of this host with .NET, on every system.</summary>
internal static class InterfaceAddresses
{
    /// <summary>Reads the list in the network namespace of the calling thread.</summary>
    /// <param name="add">Takes each address.</param>
    /// <exception cref="LinuxException">Thrown when the list cannot be read.</exception>
    public static void List(Action<HostAddress> add)
    {
        try
        {
            foreach (NetworkInterface one in NetworkInterface.GetAllNetworkInterfaces())
            {
                foreach (UnicastIPAddressInformation address in one.GetIPProperties().UnicastAddresses)
                {
                    if (address.Address.AddressFamily == AddressFamily.InterNetwork)
                    {
                        var local = IPv4Address.FromIPAddress(address.Address);
                        add(new HostAddress(local, local, Broadcast: null, address.PrefixLength, CreatedAt: 0));
                    }
                }
            }
        }
        catch (NetworkInformationException failure)
        {
            throw new LinuxException("list the addresses", Errno.EIO, failure.Message);
        }
    }
}
