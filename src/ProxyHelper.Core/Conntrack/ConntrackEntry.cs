using ProxyHelper.Addresses;
using ProxyHelper.Mappings;

namespace ProxyHelper.Conntrack;

/// <summary>
/// Represents one connection that the kernel tracked at the moment of the look-up, listing or event. An entry never
/// changes. A value that the kernel did not report is null.
/// </summary>
public record ConntrackEntry : NatMapping
{
    private readonly ConntrackEntryValues _values;

    internal ConntrackEntry(in ConntrackEntryValues values)
    {
        _values = values;
    }

    /// <inheritdoc/>
    public override NatSystem System => NatSystem.Conntrack;

    /// <summary>Gets the protocol above IP.</summary>
    public IPProtocol Protocol => Original.Protocol;

    /// <summary>Gets the end that opened the connection, before translation.</summary>
    public TransportEndPoint OriginalSource => Original.Source;

    /// <summary>Gets the end that the connection was opened to, before translation.</summary>
    public TransportEndPoint OriginalDestination => Original.Destination;

    /// <summary>Gets the source after SNAT: the address and port that the receiver sees.</summary>
    public TransportEndPoint TranslatedSource => Reply.Destination;

    /// <summary>Gets the destination after DNAT: the end that receives the connection.</summary>
    public TransportEndPoint TranslatedDestination => Reply.Source;

    /// <summary>
    /// Gets the state of a TCP, SCTP or DCCP connection. Other protocols, and connections that a flow table handles,
    /// have none.
    /// </summary>
    public ConnectionState? State => _values.State;

    /// <summary>
    /// Gets the time, in whole seconds, after which the entry expires if no packet arrives. Connections that a flow
    /// table handles have none.
    /// </summary>
    public override TimeSpan? Timeout => _values.Timeout;

    /// <summary>Gets the status bits.</summary>
    public ConntrackStatus Status => _values.Status;

    /// <summary>Gets the mark that firewall rules set, or null if the kernel has no marks.</summary>
    public uint? Mark => _values.Mark;

    /// <summary>
    /// Gets the conntrack zone that a firewall rule set for both directions or for one of them, or 0 without such a
    /// rule. <see cref="OriginalZone"/> and <see cref="ReplyZone"/> have the zone of each direction.
    /// </summary>
    public ushort Zone => OriginalZone != 0 ? OriginalZone : ReplyZone;

    /// <summary>Gets the conntrack zone of the original direction. The default zone is 0.</summary>
    public ushort OriginalZone => _values.OriginalZone;

    /// <summary>
    /// Gets the conntrack zone of the reply direction. The default zone is 0. A helper only looks up connections whose
    /// reply direction is in zone 0.
    /// </summary>
    public ushort ReplyZone => _values.ReplyZone;

    /// <summary>Gets the kernel's id of this entry. A later entry with the same tuples has a different id.</summary>
    public uint? Id => _values.Id;

    /// <summary>
    /// Gets the packets in the original direction, or null if net.netfilter.nf_conntrack_acct is off.
    /// </summary>
    public override ulong? OriginalPackets => _values.OriginalCounters.Packets;

    /// <summary>
    /// Gets the bytes in the original direction, including IP headers, or null if net.netfilter.nf_conntrack_acct is
    /// off.
    /// </summary>
    public override ulong? OriginalBytes => _values.OriginalCounters.Bytes;

    /// <summary>Gets the packets in the reply direction, or null if net.netfilter.nf_conntrack_acct is off.</summary>
    public override ulong? ReplyPackets => _values.ReplyCounters.Packets;

    /// <summary>
    /// Gets the bytes in the reply direction, including IP headers, or null if net.netfilter.nf_conntrack_acct is off.
    /// </summary>
    public override ulong? ReplyBytes => _values.ReplyCounters.Bytes;

    /// <summary>Gets the time of the first packet, or null if net.netfilter.nf_conntrack_timestamp is off.</summary>
    public DateTimeOffset? StartedAt => _values.StartedAt;

    /// <summary>Gets the original tuple. Programs use <see cref="ConntrackEntryTuples"/>.</summary>
    internal ConntrackTuple Original => _values.Original;

    /// <summary>Gets the reply tuple. Programs use <see cref="ConntrackEntryTuples"/>.</summary>
    internal ConntrackTuple Reply => _values.Reply;

    /// <inheritdoc/>
    internal override MappingEnds Ends =>
        new(Protocol, OriginalSource, OriginalDestination, TranslatedSource, TranslatedDestination);

    /// <summary>Gets the values of this entry, to make another entry from them.</summary>
    internal ConntrackEntryValues Values => _values;

    /// <summary>
    /// Gets the zone as text: "zone 1" for both directions, or "zone 1 in the original direction" for one of them.
    /// </summary>
    internal string ZoneText => OriginalZone == ReplyZone ? $"zone {Zone}"
        : ReplyZone == 0 ? $"zone {OriginalZone} in the original direction"
        : OriginalZone == 0 ? $"zone {ReplyZone} in the reply direction"
        : $"zone {OriginalZone} in the original direction, zone {ReplyZone} in the reply direction";

    /// <summary>
    /// Returns this entry, with missing values taken from an earlier state of it. An event reports only some of the
    /// values.
    /// </summary>
    internal ConntrackEntry FillMissingFrom(ConntrackEntry earlier) => new(_values.FillMissingFrom(earlier._values));

    /// <summary>Returns the mapping as text: the original ends and the translated ends.</summary>
    public override string ToString() => $"{Original}, translated to {TranslatedSource} -> {TranslatedDestination}";
}

/// <summary>
/// Gives the two tuples of an entry to a C# program, as the properties Original and Reply. They are extension
/// properties so that PowerShell does not see them: ConvertTo-Json would write each tuple as a deep object, and would
/// cut it with a warning.
/// </summary>
public static class ConntrackEntryTuples
{
#pragma warning disable CA1034 // An extension block is not a nested type for its callers.
    extension(ConntrackEntry entry)
#pragma warning restore CA1034
    {
        /// <summary>Gets the direction of the first packet, before translation.</summary>
        public ConntrackTuple Original => entry.Original;

        /// <summary>
        /// Gets the direction of the replies as they arrive: from the translated destination to the translated source.
        /// </summary>
        public ConntrackTuple Reply => entry.Reply;
    }
}
