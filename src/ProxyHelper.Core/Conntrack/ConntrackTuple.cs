using System.Globalization;
using System.Net.Sockets;
using ProxyHelper.Addresses;

namespace ProxyHelper.Conntrack;

/// <summary>
/// Represents one direction of a connection: the protocol, the source and the destination. ICMP has no ports. The
/// identifier of an ICMP message is the port of the end that sent the request, in both directions, so that SNAT changes
/// it like a port. The port of the other end is 0.
/// </summary>
/// <param name="Protocol">The protocol above IP.</param>
/// <param name="Source">The end that sends in this direction.</param>
/// <param name="Destination">The end that receives in this direction.</param>
/// <param name="Icmp">The ICMP message, or null for other protocols.</param>
public readonly record struct ConntrackTuple(
    IPProtocol Protocol, TransportEndPoint Source, TransportEndPoint Destination, IcmpMessage? Icmp)
{
    private const byte EchoRequest = 8; // ICMP_ECHO (linux/icmp.h)
    private const byte EchoRequestV6 = 128; // ICMPV6_ECHO_REQUEST (linux/icmpv6.h)

    /// <summary>
    /// Initializes the tuple of a connection. For ICMP, this is an echo request, and the port of the source is its
    /// identifier.
    /// </summary>
    public ConntrackTuple(IPProtocol protocol, TransportEndPoint source, TransportEndPoint destination)
        : this(protocol, source, destination, EchoOf(protocol))
    {
    }

    /// <summary>Gets the opposite direction of a connection without NAT.</summary>
    public ConntrackTuple Reversed => new(Protocol, Destination, Source, Icmp?.Inverse);

    /// <summary>Gets the address family of both ends.</summary>
    public AddressFamily AddressFamily => Source.AddressFamily;

    /// <summary>Gets the identifier of the ICMP message: the port of the end that sent the request.</summary>
    internal ushort IcmpIdentifier => Icmp is { IsRequest: true } ? Source.Port : Destination.Port;

    /// <summary>Returns the tuple as text, such as "Tcp 194.0.1.1:20119 -> 194.0.22.9:9199".</summary>
    public override string ToString() => $"{Protocol} {Source} -> {Destination}";

    /// <summary>Makes the tuple of an ICMP message. The ports of both ends are replaced.</summary>
    internal static ConntrackTuple FromIcmp(
        IPProtocol protocol,
        TransportEndPoint source,
        TransportEndPoint destination,
        IcmpMessage message,
        ushort identifier) => message.IsRequest
            ? new ConntrackTuple(protocol, source.WithPort(identifier), destination.WithPort(0), message)
            : new ConntrackTuple(protocol, source.WithPort(0), destination.WithPort(identifier), message);

    private static IcmpMessage? EchoOf(IPProtocol protocol) => protocol switch
    {
        IPProtocol.Icmp => new IcmpMessage(EchoRequest, 0),
        IPProtocol.IcmpV6 => new IcmpMessage(EchoRequestV6, 0),
        _ => null,
    };
}

/// <summary>Represents the type and code of an ICMP message in one direction of a conntrack entry.</summary>
/// <param name="Type">The ICMP type, such as 8 for an echo request (128 for IPv6).</param>
/// <param name="Code">The ICMP code.</param>
public readonly record struct IcmpMessage(byte Type, byte Code)
{
    /// <summary>
    /// Gets whether the message is a request. The identifier belongs to the source of a request, and to the destination
    /// of a reply.
    /// </summary>
    public bool IsRequest => Type is 8 or 13 or 15 or 17 or 128 or 139;

    /// <summary>
    /// Gets the reply to this request, or the request of this reply (invmap in the kernel's nf_conntrack_proto_icmp.c
    /// and nf_conntrack_proto_icmpv6.c). Any other message is its own inverse.
    /// </summary>
    public IcmpMessage Inverse => this with
    {
        Type = Type switch
        {
            8 => 0, // echo
            0 => 8,
            13 => 14, // timestamp
            14 => 13,
            15 => 16, // information
            16 => 15,
            17 => 18, // address mask
            18 => 17,
            128 => 129, // echo, IPv6
            129 => 128,
            139 => 140, // node information, IPv6
            140 => 139,
            _ => Type,
        },
    };

    /// <summary>Returns the type and the code as text. The inverse is left out, since it has an inverse, too.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"type {Type} code {Code}");
}
