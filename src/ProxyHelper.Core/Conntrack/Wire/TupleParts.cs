using ProxyHelper.Addresses;

namespace ProxyHelper.Conntrack.Wire;

/// <summary>
/// Represents the parts of one direction as CTA_TUPLE_ORIG and CTA_TUPLE_REPLY carry them. Any part can be absent: a
/// filter for the kernel has only the parts to compare.
/// </summary>
internal record struct TupleParts
{
    /// <summary>The address of the source. The port of this value is ignored.</summary>
    public TransportEndPoint? SourceAddress;

    /// <summary>The address of the destination. The port of this value is ignored.</summary>
    public TransportEndPoint? DestinationAddress;

    /// <summary>The protocol above IP.</summary>
    public IPProtocol? Protocol;

    /// <summary>The port of the source.</summary>
    public ushort? SourcePort;

    /// <summary>The port of the destination.</summary>
    public ushort? DestinationPort;

    /// <summary>The ICMP message. A tuple with a message has no ports.</summary>
    public IcmpMessage? Icmp;

    /// <summary>The identifier of the ICMP message.</summary>
    public ushort IcmpIdentifier;

    /// <summary>The conntrack zone, if the zone holds for this direction only.</summary>
    public ushort? Zone;

    // CTA_FILTER_F_* (net/netfilter/nf_internals.h)
    private const uint SourceAddressFlag = 1, DestinationAddressFlag = 2, ProtocolFlag = 8;
    private const uint SourcePortFlag = 16, DestinationPortFlag = 32;

    /// <summary>Returns all parts of a tuple.</summary>
    public TupleParts(in ConntrackTuple tuple)
    {
        SourceAddress = tuple.Source;
        DestinationAddress = tuple.Destination;
        Protocol = tuple.Protocol;
        Icmp = tuple.Icmp;
        if (Icmp is null)
        {
            SourcePort = tuple.Source.Port;
            DestinationPort = tuple.Destination.Port;
        }
        else
        {
            IcmpIdentifier = tuple.IcmpIdentifier;
        }
    }

    /// <summary>
    /// Gets one bit for each part that the kernel compares (CTA_FILTER_ORIG_FLAGS, CTA_FILTER_REPLY_FLAGS).
    /// </summary>
    public readonly uint FilterFlags =>
        (SourceAddress is null ? 0 : SourceAddressFlag)
        | (DestinationAddress is null ? 0 : DestinationAddressFlag)
        | (Protocol is null ? 0 : ProtocolFlag)
        | (SourcePort is null ? 0 : SourcePortFlag)
        | (DestinationPort is null ? 0 : DestinationPortFlag);

    /// <summary>Gets whether a part other than the protocol is present.</summary>
    public readonly bool HasEnds => (FilterFlags & ~ProtocolFlag) != 0;

    /// <summary>Makes the tuple. A port that is absent becomes 0: the kernel has no ports for some protocols.</summary>
    /// <returns>False if an address or the protocol is absent, or if the addresses are of different families.</returns>
    public readonly bool TryMakeTuple(out ConntrackTuple tuple)
    {
        tuple = default;
        if (SourceAddress is not { } source
            || DestinationAddress is not { } destination
            || source.AddressFamily != destination.AddressFamily
            || Protocol is not { } protocol)
        {
            return false;
        }

        tuple = Icmp is { } message
            ? ConntrackTuple.FromIcmp(protocol, source, destination, message, IcmpIdentifier)
            : new ConntrackTuple(
                protocol, source.WithPort(SourcePort ?? 0), destination.WithPort(DestinationPort ?? 0), Icmp: null);
        return true;
    }
}
