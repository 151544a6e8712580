using System.Net;
using ProxyHelper.Addresses;

namespace ProxyHelper.Diagnosis;

/// <summary>Represents the addresses and the UDP port that a helper answers on, as far as they are known.</summary>
/// <param name="Addresses">The IPv4 addresses. The list is empty if they are not known.</param>
/// <param name="Port">The port.</param>
internal sealed record HelperSockets(IReadOnlyList<IPAddress> Addresses, ushort Port)
{
    /// <summary>Gets the addresses, or an empty list if the helper may answer on any address of the host.</summary>
    public IReadOnlyList<IPv4Address> Known { get; } =
        Addresses.Contains(IPAddress.Any) ? [] : [.. Addresses.Select(IPv4Address.FromIPAddress)];

    /// <summary>Returns whether an end point can be one of the helper.</summary>
    public bool Contains(TransportEndPoint end) => end.Port == Port && ContainsAddressOf(end);

    private bool ContainsAddressOf(TransportEndPoint end) =>
        Known.Count == 0 || (end.TryGetIPv4(out IPv4Address address) && Known.Contains(address));
}
