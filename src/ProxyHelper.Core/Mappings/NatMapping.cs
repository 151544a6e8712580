namespace ProxyHelper.Mappings;

/// <summary>
/// Represents how a router translates one connection: a conntrack entry of Linux, or a row of the table of another
/// system. A mapping never changes. A value that the router did not report is null.
/// </summary>
public abstract record NatMapping
{
    /// <summary>Initializes a mapping.</summary>
    private protected NatMapping()
    {
    }

    /// <summary>Gets the system whose table has the mapping.</summary>
    public abstract NatSystem System { get; }

    /// <summary>
    /// Gets the ends that are translated. They are found by comparing the ends before and after translation.
    /// </summary>
    public NatType NatType => ComparableEnds.NatType;

    /// <summary>
    /// Gets the time, in whole seconds, after which the mapping expires if no packet arrives, or null if the router
    /// did not report the time.
    /// </summary>
    public abstract TimeSpan? Timeout { get; }

    /// <summary>Gets <see cref="Timeout"/> in seconds.</summary>
    public double? TimeoutSeconds => Timeout?.TotalSeconds;

    /// <summary>Gets the packets in the original direction, or null if the router does not count them.</summary>
    public abstract ulong? OriginalPackets { get; }

    /// <summary>
    /// Gets the bytes in the original direction, including IP headers, or null if the router does not count them.
    /// </summary>
    public abstract ulong? OriginalBytes { get; }

    /// <summary>Gets the packets in the reply direction, or null if the router does not count them.</summary>
    public abstract ulong? ReplyPackets { get; }

    /// <summary>
    /// Gets the bytes in the reply direction, including IP headers, or null if the router does not count them.
    /// </summary>
    public abstract ulong? ReplyBytes { get; }

    /// <summary>Gets the protocol and the four ends.</summary>
    internal abstract MappingEnds Ends { get; }

    /// <summary>
    /// Gets the ends for <see cref="NatType"/>, without values that the router shows in one direction only.
    /// </summary>
    internal virtual MappingEnds ComparableEnds => Ends;
}
