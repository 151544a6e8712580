using ProxyHelper.Addresses;
using ProxyHelper.Linux;

namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>
/// Represents the known fields of a packet that the checks send through the rules. An unknown field can have any value.
/// </summary>
internal sealed class FirewallPacket
{
    private readonly Dictionary<PacketField, uint> _known = new()
    {
        [PacketField.Family] = IPv4,
        [PacketField.Loopback] = 0,
    };

    /// <summary>The family of IPv4 packets.</summary>
    public const uint IPv4 = SocketKind.IPv4Family;

    /// <summary>The family of IPv6 packets.</summary>
    public const uint IPv6 = SocketKind.IPv6Family;

    /// <summary>Sets the protocol above IP.</summary>
    public IPProtocol Protocol
    {
        init => this[PacketField.Protocol] = (uint)value;
    }

    /// <summary>Sets the source address. Null means that it is unknown.</summary>
    public IPv4Address? SourceAddress
    {
        init => this[PacketField.SourceAddress] = NumberOf(value);
    }

    /// <summary>Sets the destination address. Null means that it is unknown.</summary>
    public IPv4Address? DestinationAddress
    {
        init => this[PacketField.DestinationAddress] = NumberOf(value);
    }

    /// <summary>Sets the source address and port. Null means that both are unknown.</summary>
    public TransportEndPoint? Source
    {
        init
        {
            SourceAddress = AddressOf(value);
            this[PacketField.SourcePort] = value?.Port;
        }
    }

    /// <summary>Sets the destination address and port. Null means that both are unknown.</summary>
    public TransportEndPoint? Destination
    {
        init
        {
            DestinationAddress = AddressOf(value);
            this[PacketField.DestinationPort] = value?.Port;
        }
    }

    /// <summary>Gets the value of a field, or null if the value is unknown.</summary>
    public uint? this[PacketField field]
    {
        get => _known.TryGetValue(field, out uint value) ? value : null;
        init
        {
            if (value is { } known)
            {
                _known[field] = known;
            }
        }
    }

    /// <summary>Returns the IPv4 address of an end point, or null if it is unknown.</summary>
    public static IPv4Address? AddressOf(TransportEndPoint? end) =>
        end is { } known && known.TryGetIPv4(out IPv4Address address) ? address : null;

    private static uint? NumberOf(IPv4Address? address) =>
        address is { } known ? NumberRange.NumberOf(known) : null;
}

/// <summary>Specifies a field of a packet that a condition can read.</summary>
internal enum PacketField
{
    /// <summary>A field that the checks do not understand, so that a condition about it is never certain.</summary>
    Unclear,

    /// <summary>The incoming or outgoing interface. The checks do not know which interface is right.</summary>
    Device,

    /// <summary>The number that a hash or a counter selects, such as that of a proxy. Each number occurs.</summary>
    Selector,

    /// <summary>The address family: AF_INET or AF_INET6.</summary>
    Family,

    /// <summary>The number of the protocol above IP.</summary>
    Protocol,

    /// <summary>The IPv4 source address.</summary>
    SourceAddress,

    /// <summary>The IPv4 destination address.</summary>
    DestinationAddress,

    /// <summary>The source port.</summary>
    SourcePort,

    /// <summary>The destination port.</summary>
    DestinationPort,

    /// <summary>The flags of the TCP header.</summary>
    TcpFlags,

    /// <summary>The destination port of the connection before NAT.</summary>
    OriginalDestinationPort,

    /// <summary>1 for the loopback interface, 0 for any other interface.</summary>
    Loopback,

    /// <summary>1 if the destination is an address of this host.</summary>
    DestinationIsLocal,

    /// <summary>1 if DNAT translated the destination of the connection.</summary>
    DestinationIsTranslated,

    /// <summary>1 if conntrack sees the first packet of a connection.</summary>
    IsNew,
}
