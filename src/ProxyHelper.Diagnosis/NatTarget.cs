using ProxyHelper.Addresses;
using ProxyHelper.Diagnosis.Firewall;

namespace ProxyHelper.Diagnosis;

/// <summary>Represents what a DNAT rule translates to: one proxy, or a range of proxies.</summary>
/// <param name="Addresses">The addresses.</param>
/// <param name="Port">The port.</param>
internal sealed record NatTarget(NumberRange Addresses, ushort Port)
{
    private const uint MaxListed = 256;

    /// <summary>Gets the first end point.</summary>
    public TransportEndPoint First => new(Addresses.FirstAddress, Port);

    /// <summary>Gets whether <see cref="EndPoints"/> has all end points.</summary>
    public bool IsListed => Addresses.Last - Addresses.First < MaxListed;

    /// <summary>Gets the end points, at most 256 of them.</summary>
    public IEnumerable<TransportEndPoint> EndPoints => Addresses.Take((int)MaxListed)
        .Select(address => new TransportEndPoint(address, Port));

    /// <summary>Returns the addresses and the port as text.</summary>
    public override string ToString() => $"{Addresses.ToAddresses()}:{Port}";
}
