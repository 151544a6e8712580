using ProxyHelper.Addresses;

namespace ProxyHelper.Conntrack;

/// <summary>A snapshot of one connection that the kernel tracks. What the kernel did not say is null.</summary>
public record ConntrackEntry
{
    internal ConntrackEntry()
    {
    }

    /// <summary>The protocol above IP.</summary>
    public IPProtocol Protocol => Original.Protocol;

    /// <summary>Who opened the connection.</summary>
    public TransportEndPoint OriginalSource => Original.Source;

    /// <summary>Whom it was opened to.</summary>
    public TransportEndPoint OriginalDestination => Original.Destination;

    /// <summary>The source as the receiving end sees it: after SNAT.</summary>
    public TransportEndPoint TranslatedSource => Reply.Destination;

    /// <summary>The receiving end: after DNAT.</summary>
    public TransportEndPoint TranslatedDestination => Reply.Source;

    /// <summary>Which ends are translated, told by comparing the tuples: the status bits are missing on entries not made by a rule here.</summary>
    public NatType NatType =>
        (OriginalSource == TranslatedSource ? NatType.None : NatType.Source)
        | (OriginalDestination == TranslatedDestination ? NatType.None : NatType.Destination);

    /// <summary>The state of a TCP, SCTP or DCCP connection; null for other protocols, and for connections that a flow table handles.</summary>
    public ConnectionState? State { get; internal set; }

    /// <summary>How long the entry lives without further packets, in whole seconds; null for connections that a flow table handles.</summary>
    public TimeSpan? Timeout { get; internal set; }

    /// <summary>The status bits.</summary>
    public ConntrackStatus Status { get; internal set; }

    /// <summary>The mark that firewall rules set, or null where the kernel has no marks.</summary>
    public uint? Mark { get; internal set; }

    /// <summary>The conntrack zone; 0 unless rules put the connection into another.</summary>
    public ushort Zone { get; internal set; }

    /// <summary>The kernel's number of this entry, which a later entry with the same tuples does not share.</summary>
    public uint? Id { get; internal set; }

    /// <summary>Packets in the original direction; null unless net.netfilter.nf_conntrack_acct is on.</summary>
    public ulong? OriginalPackets { get; internal set; }

    /// <summary>Bytes in the original direction, IP headers included; null likewise.</summary>
    public ulong? OriginalBytes { get; internal set; }

    /// <summary>Packets in the reply direction; null likewise.</summary>
    public ulong? ReplyPackets { get; internal set; }

    /// <summary>Bytes in the reply direction, IP headers included; null likewise.</summary>
    public ulong? ReplyBytes { get; internal set; }

    /// <summary>When the connection was first seen; null unless net.netfilter.nf_conntrack_timestamp is on.</summary>
    public DateTimeOffset? StartedAt { get; internal set; }

    /// <summary>The direction of the first packet, before NAT.</summary>
    internal ConntrackTuple Original { get; set; }

    /// <summary>The direction of the answers, as they arrive: from the translated destination to the translated source.</summary>
    internal ConntrackTuple Reply { get; set; }

    /// <summary>This entry, with what it does not say taken from an earlier look at it: an event tells only of some things.</summary>
    internal ConntrackEntry CompletedBy(ConntrackEntry earlier) => this with
    {
        State = State ?? earlier.State,
        Timeout = Timeout ?? earlier.Timeout,
        Mark = Mark ?? earlier.Mark,
        OriginalPackets = OriginalPackets ?? earlier.OriginalPackets,
        OriginalBytes = OriginalBytes ?? earlier.OriginalBytes,
        ReplyPackets = ReplyPackets ?? earlier.ReplyPackets,
        ReplyBytes = ReplyBytes ?? earlier.ReplyBytes,
        StartedAt = StartedAt ?? earlier.StartedAt,
    };

    /// <summary>The mapping in words.</summary>
    public override string ToString() => $"{Original}, seen as {TranslatedSource} -> {TranslatedDestination}";
}
