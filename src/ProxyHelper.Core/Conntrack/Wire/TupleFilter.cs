using System.Net.Sockets;
using ProxyHelper.Addresses;

namespace ProxyHelper.Conntrack.Wire;

/// <summary>What the kernel compares in one direction of each entry: exact values only, no prefixes.</summary>
/// <param name="Source">The source; its address counts where it is one, its port where the protocol is given.</param>
/// <param name="Destination">The destination, likewise.</param>
/// <param name="Protocol">The protocol, which ports cannot be compared without; None for any.</param>
internal readonly record struct TupleFilter(EndPointPattern Source, EndPointPattern Destination, IPProtocol Protocol)
{
    // CTA_FILTER_F_* (net/netfilter/nf_internals.h): one bit for each thing compared
    private const uint SourceAddressFlag = 1, DestinationAddressFlag = 2, ProtocolFlag = 8, SourcePortFlag = 16, DestinationPortFlag = 32;

    /// <summary>The address that the source must have, or null.</summary>
    public TransportEndPoint? SourceAddress => Comparable(Source);

    /// <summary>The address that the destination must have, or null.</summary>
    public TransportEndPoint? DestinationAddress => Comparable(Destination);

    /// <summary>The port that the source must have, or null.</summary>
    public ushort? SourcePort => HasPorts ? Source.Port : null;

    /// <summary>The port that the destination must have, or null.</summary>
    public ushort? DestinationPort => HasPorts ? Destination.Port : null;

    /// <summary>Which things are compared, as the kernel wants to know it.</summary>
    public uint Flags =>
        (SourceAddress is null ? 0 : SourceAddressFlag)
        | (DestinationAddress is null ? 0 : DestinationAddressFlag)
        | (Protocol == IPProtocol.None ? 0 : ProtocolFlag)
        | (SourcePort is null ? 0 : SourcePortFlag)
        | (DestinationPort is null ? 0 : DestinationPortFlag);

    /// <summary>Whether anything but the protocol is compared.</summary>
    public bool ComparesEnds => (Flags & ~ProtocolFlag) != 0;

    /// <summary>Whether the protocol has ports in the kernel's sense; ICMP's identifiers and GRE's keys are something else there.</summary>
    private bool HasPorts => Protocol is IPProtocol.Tcp or IPProtocol.Udp or IPProtocol.UdpLite or IPProtocol.Sctp;

    /// <summary>One IPv4 address. With IPv6 the kernel takes equal for unequal, and gives all others (observed on Linux 6.18).</summary>
    private static TransportEndPoint? Comparable(EndPointPattern pattern) =>
        pattern is { IsOneAddress: true, Network: { AddressFamily: AddressFamily.InterNetwork } address } ? address : null;
}
