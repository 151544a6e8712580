using System.Net;
using System.Net.Sockets;

namespace ProxyHelper.Addresses;

/// <summary>
/// Gives the address of an end point to a C# program, as the properties IPAddress and AddressFamily. They are extension
/// properties so that PowerShell does not see them: ConvertTo-Json would write the address as a deep object.
/// </summary>
public static class TransportEndPointAddress
{
#pragma warning disable CA1034 // An extension block is not a nested type for its callers.
    extension(TransportEndPoint endPoint)
#pragma warning restore CA1034
    {
        /// <summary>Gets the family of the address: InterNetwork for IPv4, InterNetworkV6 for IPv6.</summary>
        public AddressFamily AddressFamily => endPoint.AddressFamily;

        /// <summary>Gets the address.</summary>
        public IPAddress IPAddress => endPoint.IPAddress;
    }
}
