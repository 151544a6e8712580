using ProxyHelper.Addresses;

namespace ProxyHelper.Conntrack;

/// <summary>
/// Represents the entries that match. An entry must match every property that is set. If a property has several values,
/// the entry must match one of them.
/// </summary>
public sealed record ConntrackFilter
{
    /// <summary>Gets a filter that every entry matches.</summary>
    public static ConntrackFilter Everything { get; } = new();

    /// <summary>Gets the original sources that match.</summary>
    public IReadOnlyList<EndPointPattern> OriginalSources { get; init; } = [];

    /// <summary>Gets the original destinations that match.</summary>
    public IReadOnlyList<EndPointPattern> OriginalDestinations { get; init; } = [];

    /// <summary>Gets the translated sources that match.</summary>
    public IReadOnlyList<EndPointPattern> TranslatedSources { get; init; } = [];

    /// <summary>Gets the translated destinations that match.</summary>
    public IReadOnlyList<EndPointPattern> TranslatedDestinations { get; init; } = [];

    /// <summary>Gets the ports that match. One of the four ends must have one of these ports.</summary>
    public IReadOnlyList<ushort> Ports { get; init; } = [];

    /// <summary>Gets the protocols above IP that match.</summary>
    public IReadOnlyList<IPProtocol> Protocols { get; init; } = [];

    /// <summary>Gets the types of NAT that match.</summary>
    public IReadOnlyList<NatType> NatTypes { get; init; } = [];

    /// <summary>Gets the states that match. An entry without a state does not match.</summary>
    public IReadOnlyList<ConnectionState> States { get; init; } = [];

    /// <summary>Gets the conntrack zones that match.</summary>
    public IReadOnlyList<ushort> Zones { get; init; } = [];

    /// <summary>Gets the ids that match.</summary>
    public IReadOnlyList<uint> Ids { get; init; } = [];

    /// <summary>Gets the marks that match. Null matches any mark.</summary>
    public MarkPattern? Mark { get; init; }

    /// <summary>Gets the status bits that must all be set.</summary>
    public ConntrackStatus Status { get; init; }

    /// <summary>Returns whether an entry matches.</summary>
    public bool Matches(ConntrackEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return HasValue(Protocols, entry.Protocol)
            && HasEnd(OriginalSources, entry.OriginalSource)
            && HasEnd(OriginalDestinations, entry.OriginalDestination)
            && HasEnd(TranslatedSources, entry.TranslatedSource)
            && HasEnd(TranslatedDestinations, entry.TranslatedDestination)
            && (Ports.Count == 0 || HasPort(entry))
            && (NatTypes.Count == 0 || NatTypes.Contains(entry.NatType))
            && (States.Count == 0 || (entry.State is { } state && States.Contains(state)))
            && HasValue(Zones, entry.Zone)
            && (Ids.Count == 0 || (entry.Id is { } id && Ids.Contains(id)))
            && (Mark is not { } mark || mark.Matches(entry.Mark))
            && (entry.Status & Status) == Status;
    }

    private static bool HasValue<T>(IReadOnlyList<T> values, T value) => values.Count == 0 || values.Contains(value);

    private static bool HasEnd(IReadOnlyList<EndPointPattern> patterns, TransportEndPoint end)
    {
        for (int i = 0; i < patterns.Count; i++)
        {
            if (patterns[i].Matches(end))
            {
                return true;
            }
        }

        return patterns.Count == 0;
    }

    private bool HasPort(ConntrackEntry entry) =>
        Ports.Contains(entry.OriginalSource.Port)
        || Ports.Contains(entry.OriginalDestination.Port)
        || Ports.Contains(entry.TranslatedSource.Port)
        || Ports.Contains(entry.TranslatedDestination.Port);
}
