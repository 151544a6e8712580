using ProxyHelper.Addresses;

namespace ProxyHelper.Mappings;

/// <summary>
/// Represents a row of the NAT table of a router that is not Linux. A port is 0 if the protocol has no ports. For ICMP,
/// the port of the source is the identifier, and the port of the destination is 0.
/// </summary>
public sealed record RouterMapping : NatMapping
{
    private readonly MappingDetails _details = MappingDetails.Empty;

    /// <summary>Initializes a mapping.</summary>
    /// <param name="system">The system whose table has the mapping.</param>
    public RouterMapping(NatSystem system)
    {
        System = system;
    }

    /// <inheritdoc/>
    public override NatSystem System { get; }

    /// <summary>Gets the protocol above IP, or null if the router does not show the protocol.</summary>
    public IPProtocol? Protocol { get; init; }

    /// <summary>Gets the end that opened the connection, before translation, or null if the end is unknown.</summary>
    public TransportEndPoint? OriginalSource { get; init; }

    /// <summary>
    /// Gets the end that the connection was opened to, before translation, or null if the end is unknown.
    /// </summary>
    public TransportEndPoint? OriginalDestination { get; init; }

    /// <summary>Gets the source after translation, or null if the end is unknown.</summary>
    public TransportEndPoint? TranslatedSource { get; init; }

    /// <summary>Gets the destination after translation, or null if the end is unknown.</summary>
    public TransportEndPoint? TranslatedDestination { get; init; }

    /// <summary>
    /// Gets the state in the router's own words, such as ESTABLISHED:ESTABLISHED of pf, or null if the router shows
    /// none.
    /// </summary>
    public string? State { get; init; }

    /// <inheritdoc/>
    public override TimeSpan? Timeout => TimeLeft;

    /// <summary>Gets the time since the connection was opened, or null if the router does not show the time.</summary>
    public TimeSpan? Age { get; init; }

    /// <summary>Gets <see cref="Age"/> in seconds.</summary>
    public double? AgeSeconds => Age?.TotalSeconds;

    /// <inheritdoc/>
    public override ulong? OriginalPackets => Counters.OriginalPackets;

    /// <inheritdoc/>
    public override ulong? OriginalBytes => Counters.OriginalBytes;

    /// <inheritdoc/>
    public override ulong? ReplyPackets => Counters.ReplyPackets;

    /// <inheritdoc/>
    public override ulong? ReplyBytes => Counters.ReplyBytes;

    /// <summary>Gets what the row stands for. Only a whole connection answers a look-up on its own.</summary>
    public MappingPart Part { get; init; }

    /// <summary>Gets the direction that the router shows, or null.</summary>
    public MappingDirection? Direction { get; init; }

    /// <summary>
    /// Gets the routing domain: the VRF of Cisco, or the rdomain of OpenBSD. The same addresses can have another
    /// meaning in another domain. Null is the default domain.
    /// </summary>
    public string? RoutingDomain { get; init; }

    /// <summary>Gets the router's identifier of the row, or null.</summary>
    public string? Id { get; init; }

    /// <summary>Gets further values of the row, by the router's own names.</summary>
    public IReadOnlyDictionary<string, string> Details
    {
        get => _details;
        init => _details = MappingDetails.Of(value);
    }

    /// <summary>Gets the time, in whole seconds, after which the row expires if no packet arrives, or null.</summary>
    internal TimeSpan? TimeLeft { get; init; }

    /// <summary>Gets the packets and bytes of both directions.</summary>
    internal MappingCounters Counters { get; init; }

    /// <inheritdoc/>
    internal override MappingEnds Ends =>
        new(Protocol, OriginalSource, OriginalDestination, TranslatedSource, TranslatedDestination);

    // RouterOS shows the identifier of ICMP before translation only.
    /// <inheritdoc/>
    internal override MappingEnds ComparableEnds =>
        Protocol is IPProtocol.Icmp or IPProtocol.IcmpV6 && TranslatedSource is { Port: 0 }
            ? Ends with { OriginalSource = OriginalSource?.WithPort(0) }
            : Ends;

    /// <summary>Returns the mapping as text: the original ends and the translated ends.</summary>
    public override string ToString() =>
        $"{Protocol} {Show(OriginalSource)} -> {Show(OriginalDestination)}, "
        + $"translated to {Show(TranslatedSource)} -> {Show(TranslatedDestination)}";

    private static string Show(TransportEndPoint? end) => end?.ToString() ?? "?";
}

/// <summary>The packets and bytes of both directions, or null if the router does not count them.</summary>
internal readonly record struct MappingCounters(
    ulong? OriginalPackets, ulong? OriginalBytes, ulong? ReplyPackets, ulong? ReplyBytes);

/// <summary>Specifies what a row of a NAT table stands for.</summary>
public enum MappingPart
{
    /// <summary>A connection with all its ends.</summary>
    Whole,

    /// <summary>
    /// The state of a connection on the interface where its packets enter the router. The router may have a second
    /// state of the same connection.
    /// </summary>
    InState,

    /// <summary>The state of a connection on the interface where its packets leave the router.</summary>
    OutState,

    /// <summary>A configured or half translation without a connection. It never answers a look-up.</summary>
    Static,
}

/// <summary>Specifies the direction of a row of a NAT table.</summary>
public enum MappingDirection
{
    /// <summary>The packets that opened the connection entered the router.</summary>
    In,

    /// <summary>The packets that opened the connection left the router.</summary>
    Out,

    /// <summary>The connection was opened from the inside of the NAT.</summary>
    Inside,

    /// <summary>The connection was opened from the outside of the NAT.</summary>
    Outside,
}
