using System.Net.Sockets;
using ProxyHelper.Addresses;

namespace ProxyHelper.Conntrack.Wire;

/// <summary>
/// The part of a <see cref="ConntrackFilter"/> that the kernel applies during a listing, for one address family. This
/// part only saves work: an older kernel ignores what it does not know, so each entry is compared again in user space.
/// </summary>
internal sealed record KernelFilter
{
    private static readonly AddressFamily[] _families = [AddressFamily.InterNetwork, AddressFamily.InterNetworkV6];

    /// <summary>Gets the address family, or Unspecified for both families.</summary>
    public AddressFamily Family { get; private init; }

    /// <summary>Gets the parts that the original direction must have (Linux 5.8).</summary>
    public TupleParts Original { get; private init; }

    /// <summary>Gets the parts that the reply direction must have (see <see cref="CanCompareReplies"/>).</summary>
    public TupleParts Reply { get; private init; }

    /// <summary>Gets the mark, or null for any.</summary>
    public MarkPattern? Mark { get; private init; }

    /// <summary>
    /// Gets the zone, or null for any (Linux 6.8). The kernel compares the zone that a rule set, for both directions or
    /// for one of them. For zone 0 it would leave out entries with a zone for one direction only.
    /// </summary>
    public ushort? Zone { get; private init; }

    /// <summary>Gets the status bits that must be set (Linux 5.15).</summary>
    public ConntrackStatus Status { get; private init; }

    /// <summary>
    /// Gets whether the kernel compares reply directions correctly. It can compare them since Linux 5.8. The first
    /// versions read the reply tuple by the flags of the original direction, and left out entries that match. Linux 6.1
    /// is the first long-term kernel without this bug.
    /// </summary>
    private static bool CanCompareReplies { get; } = OperatingSystem.IsOSPlatformVersionAtLeast("linux", 6, 1);

    /// <summary>
    /// Returns the listings that a filter takes: none if no entry can match, and two if the kernel needs the address
    /// family.
    /// </summary>
    public static KernelFilter[] From(ConntrackFilter filter)
    {
        IPProtocol? protocol = filter.Protocols is [var only] ? only : null;
        TupleParts original = Parts(filter.OriginalSources, filter.OriginalDestinations, protocol);
        TupleParts reply = Parts(filter.TranslatedDestinations, filter.TranslatedSources, protocol);
        var whole = new KernelFilter
        {
            Family = AddressFamily.Unspecified,
            Original = original,
            Reply = CanCompareReplies && reply.HasEnds ? reply : default,
            Mark = filter.Mark is { Mask: not 0 } mark ? mark : null,
            Zone = filter.Zones is [var zone and not 0] ? zone : null,
            Status = filter.Status,
        };

        AddressFamily[] families = [.. _families.Where(family => CanMatch(filter, family))];
        bool isForBoth = families.Length == _families.Length
            && whole.Original.FilterFlags == 0 && whole.Reply.FilterFlags == 0;
        return isForBoth ? [whole] : [.. families.Select(family => whole with { Family = family })];
    }

    /// <summary>Returns the filter as text, such as "IPv4, protocol Tcp, original source 10.1.1.1".</summary>
    public override string ToString()
    {
        IPProtocol? protocol = Original.Protocol ?? Reply.Protocol;
        string[] words =
        [
            Family switch
            {
                AddressFamily.InterNetwork => "IPv4",
                AddressFamily.InterNetworkV6 => "IPv6",
                _ => string.Empty,
            },
            protocol is null ? string.Empty : $"protocol {protocol}",
            Describe("original source", Original.SourceAddress, Original.SourcePort),
            Describe("original destination", Original.DestinationAddress, Original.DestinationPort),
            Describe("translated source", Reply.DestinationAddress, Reply.DestinationPort),
            Describe("translated destination", Reply.SourceAddress, Reply.SourcePort),
            Mark is { } mark ? $"mark {mark}" : string.Empty,
            Zone is { } zone ? $"zone {zone}" : string.Empty,
            Status == ConntrackStatus.None ? string.Empty : $"status {Status}",
        ];
        string all = string.Join(", ", words.Where(word => word.Length > 0));
        return all.Length == 0 ? "all entries" : all;
    }

    private static string Describe(string end, TransportEndPoint? address, ushort? port) =>
        address is null && port is null
            ? string.Empty
            : $"{end} {address?.Address}{(port is null ? string.Empty : ":")}{port}";

    // The kernel compares exact values: one address, not a prefix, and a port only together with the protocol.
    private static TupleParts Parts(
        IReadOnlyList<EndPointPattern> sources, IReadOnlyList<EndPointPattern> destinations, IPProtocol? protocol)
    {
        EndPointPattern source = sources is [var onlySource] ? onlySource : default;
        EndPointPattern destination = destinations is [var onlyDestination] ? onlyDestination : default;
        bool hasPorts = HasPorts(protocol);
        return new TupleParts
        {
            SourceAddress = ComparableAddress(source),
            DestinationAddress = ComparableAddress(destination),
            Protocol = protocol,
            SourcePort = hasPorts ? source.Port : null,
            DestinationPort = hasPorts ? destination.Port : null,
        };
    }

    // ICMP identifiers and GRE keys are not ports for this filter.
    private static bool HasPorts(IPProtocol? protocol) =>
        protocol is IPProtocol.Tcp or IPProtocol.Udp or IPProtocol.UdpLite or IPProtocol.Sctp;

    // One IPv4 address. With an IPv6 address, the kernel returns all entries that do not match (observed on Linux
    // 6.18).
    private static TransportEndPoint? ComparableAddress(EndPointPattern pattern) =>
        pattern is { IsOneAddress: true, Network: { AddressFamily: AddressFamily.InterNetwork } address }
            ? address
            : null;

    private static bool CanMatch(ConntrackFilter filter, AddressFamily family) =>
        HasFamily(filter.OriginalSources, family)
        && HasFamily(filter.OriginalDestinations, family)
        && HasFamily(filter.TranslatedSources, family)
        && HasFamily(filter.TranslatedDestinations, family);

    private static bool HasFamily(IReadOnlyList<EndPointPattern> patterns, AddressFamily family) =>
        patterns.Count == 0
        || patterns.Any(pattern => pattern.Network is not { } network || network.AddressFamily == family);
}
