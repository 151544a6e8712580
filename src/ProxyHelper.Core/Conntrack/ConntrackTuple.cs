using System.Net.Sockets;
using ProxyHelper.Addresses;

namespace ProxyHelper.Conntrack;

/// <summary>
/// One direction of a connection: protocol, source and destination. ICMP has no ports: its identifier stands as the port of the
/// end that asked, in both directions, so that SNAT shows in it as in a port; the other end's port is 0.
/// </summary>
/// <param name="Protocol">The protocol above IP.</param>
/// <param name="Source">Who sends in this direction.</param>
/// <param name="Destination">Who receives in this direction.</param>
/// <param name="Icmp">For ICMP, the message; else null.</param>
public readonly record struct ConntrackTuple(IPProtocol Protocol, TransportEndPoint Source, TransportEndPoint Destination, IcmpMessage? Icmp)
{
    private const byte EchoRequest = 8; // ICMP_ECHO (linux/icmp.h)
    private const byte EchoRequestV6 = 128; // ICMPV6_ECHO_REQUEST (linux/icmpv6.h)

    /// <summary>Makes the tuple of a connection; for ICMP, of an echo request whose identifier is the source's port.</summary>
    public ConntrackTuple(IPProtocol protocol, TransportEndPoint source, TransportEndPoint destination)
        : this(protocol, source, destination, EchoOf(protocol))
    {
    }

    /// <summary>The other direction, as it would be without NAT.</summary>
    public ConntrackTuple Reversed => new(Protocol, Destination, Source, Icmp?.Inverse);

    /// <summary>The address family of both ends.</summary>
    public AddressFamily AddressFamily => Source.AddressFamily;

    /// <summary>The tuple in words, such as "Tcp 194.0.1.1:20119 -> 194.0.22.9:9199".</summary>
    public override string ToString() => $"{Protocol} {Source} -> {Destination}";

    private static IcmpMessage? EchoOf(IPProtocol protocol) => protocol switch
    {
        IPProtocol.Icmp => new IcmpMessage(EchoRequest, 0),
        IPProtocol.IcmpV6 => new IcmpMessage(EchoRequestV6, 0),
        _ => null,
    };
}
