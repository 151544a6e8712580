using System.Net.Sockets;
using ProxyHelper.Addresses;

namespace ProxyHelper.Conntrack.Wire;

/// <summary>
/// The part of a <see cref="ConntrackFilter"/> that the kernel applies while it lists, for one address family. It only spares
/// work: an older kernel passes over what it does not know, so what it gives is always looked at again.
/// </summary>
/// <param name="Family">The only address family, or Unspecified for both.</param>
/// <param name="Original">What the original direction must have (Linux 5.8).</param>
/// <param name="Reply">What the reply direction must have (see <see cref="ComparesReplies"/>).</param>
/// <param name="Mark">The mark, or null.</param>
/// <param name="Zone">The zone, or null (Linux 6.8).</param>
/// <param name="Status">Bits that must be set (Linux 5.15).</param>
internal sealed record KernelFilter(AddressFamily Family, TupleFilter Original, TupleFilter Reply, MarkPattern? Mark, ushort? Zone, ConntrackStatus Status)
{
    private static readonly AddressFamily[] _families = [AddressFamily.InterNetwork, AddressFamily.InterNetworkV6];

    /// <summary>
    /// Whether the kernel compares reply directions right. From Linux 5.8 on it can, but first it read the reply tuple by the
    /// original direction's flags, and left out what fits; 6.1 is the first long-term kernel without that.
    /// </summary>
    private static bool ComparesReplies { get; } = OperatingSystem.IsOSPlatformVersionAtLeast("linux", 6, 1);

    /// <summary>What the kernel is asked for, in words.</summary>
    public override string ToString()
    {
        string family = Family switch { AddressFamily.InterNetwork => "IPv4", AddressFamily.InterNetworkV6 => "IPv6", _ => string.Empty };
        IPProtocol protocol = Original.Protocol == IPProtocol.None ? Reply.Protocol : Original.Protocol;
        string[] words =
        [
            family,
            protocol == IPProtocol.None ? string.Empty : $"protocol {protocol}",
            Words("original source", Original.SourceAddress, Original.SourcePort),
            Words("original destination", Original.DestinationAddress, Original.DestinationPort),
            Words("translated source", Reply.DestinationAddress, Reply.DestinationPort),
            Words("translated destination", Reply.SourceAddress, Reply.SourcePort),
            Mark is { } mark ? $"mark {mark}" : string.Empty,
            Zone is { } zone ? $"zone {zone}" : string.Empty,
            Status == ConntrackStatus.None ? string.Empty : $"status {Status}",
        ];
        string all = string.Join(", ", words.Where(word => word.Length > 0));
        return all.Length == 0 ? "all entries" : all;
    }

    /// <summary>The listings that a filter takes: none where nothing can fit, two where the kernel wants to know the family.</summary>
    public static KernelFilter[] Of(ConntrackFilter filter)
    {
        IPProtocol protocol = filter.Protocols is [var only] ? only : IPProtocol.None;
        var original = new TupleFilter(Only(filter.OriginalSources), Only(filter.OriginalDestinations), protocol);
        var reply = new TupleFilter(Only(filter.TranslatedDestinations), Only(filter.TranslatedSources), protocol);
        var whole = new KernelFilter(
            AddressFamily.Unspecified,
            original,
            ComparesReplies && reply.ComparesEnds ? reply : default,
            filter.Mark is { Mask: not 0 } mark ? mark : null,
            filter.Zones is [var zone] ? zone : null,
            filter.Status);

        AddressFamily[] families = [.. _families.Where(family => MayFit(filter, family))];
        bool isForBoth = families.Length == _families.Length && whole.Original.Flags == 0 && whole.Reply.Flags == 0;
        return isForBoth ? [whole] : [.. families.Select(family => whole with { Family = family })];
    }

    private static string Words(string end, TransportEndPoint? address, ushort? port) =>
        address is null && port is null ? string.Empty : $"{end} {address?.Address}{(port is null ? string.Empty : ":")}{port}";

    private static EndPointPattern Only(IReadOnlyList<EndPointPattern> patterns) => patterns is [var only] ? only : default;

    private static bool MayFit(ConntrackFilter filter, AddressFamily family) =>
        HasFamily(filter.OriginalSources, family)
        && HasFamily(filter.OriginalDestinations, family)
        && HasFamily(filter.TranslatedSources, family)
        && HasFamily(filter.TranslatedDestinations, family);

    private static bool HasFamily(IReadOnlyList<EndPointPattern> patterns, AddressFamily family) =>
        patterns.Count == 0 || patterns.Any(pattern => pattern.Network is not { } network || network.AddressFamily == family);
}
