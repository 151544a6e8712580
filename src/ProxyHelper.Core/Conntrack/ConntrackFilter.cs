using ProxyHelper.Addresses;

namespace ProxyHelper.Conntrack;

/// <summary>
/// Which entries are wanted. Where one thing may have several values, one of them must fit; all things that are given must fit.
/// What is not given is not looked at.
/// </summary>
public sealed record ConntrackFilter
{
    /// <summary>Lets every entry through.</summary>
    public static ConntrackFilter Everything { get; } = new();

    /// <summary>Who opened the connection.</summary>
    public IReadOnlyList<EndPointPattern> OriginalSources { get; init; } = [];

    /// <summary>Whom it was opened to.</summary>
    public IReadOnlyList<EndPointPattern> OriginalDestinations { get; init; } = [];

    /// <summary>The source as the receiving end sees it.</summary>
    public IReadOnlyList<EndPointPattern> TranslatedSources { get; init; } = [];

    /// <summary>The receiving end.</summary>
    public IReadOnlyList<EndPointPattern> TranslatedDestinations { get; init; } = [];

    /// <summary>A port of any of the four ends.</summary>
    public IReadOnlyList<ushort> Ports { get; init; } = [];

    /// <summary>The protocol above IP.</summary>
    public IReadOnlyList<IPProtocol> Protocols { get; init; } = [];

    /// <summary>Which ends are translated.</summary>
    public IReadOnlyList<NatType> NatTypes { get; init; } = [];

    /// <summary>The state; an entry without one does not fit.</summary>
    public IReadOnlyList<ConnectionState> States { get; init; } = [];

    /// <summary>The conntrack zone.</summary>
    public IReadOnlyList<ushort> Zones { get; init; } = [];

    /// <summary>The kernel's number of the entry.</summary>
    public IReadOnlyList<uint> Ids { get; init; } = [];

    /// <summary>The mark, or null for any.</summary>
    public MarkPattern? Mark { get; init; }

    /// <summary>Bits that must all be set.</summary>
    public ConntrackStatus Status { get; init; }

    /// <summary>Whether an entry is wanted.</summary>
    public bool Matches(ConntrackEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return Has(Protocols, entry.Protocol)
            && Fits(OriginalSources, entry.OriginalSource)
            && Fits(OriginalDestinations, entry.OriginalDestination)
            && Fits(TranslatedSources, entry.TranslatedSource)
            && Fits(TranslatedDestinations, entry.TranslatedDestination)
            && (Ports.Count == 0 || HasPort(entry))
            && (NatTypes.Count == 0 || NatTypes.Contains(entry.NatType))
            && (States.Count == 0 || (entry.State is { } state && States.Contains(state)))
            && Has(Zones, entry.Zone)
            && (Ids.Count == 0 || (entry.Id is { } id && Ids.Contains(id)))
            && (Mark is not { } mark || mark.Matches(entry.Mark))
            && (entry.Status & Status) == Status;
    }

    private static bool Has<T>(IReadOnlyList<T> wanted, T value) => wanted.Count == 0 || wanted.Contains(value);

    private static bool Fits(IReadOnlyList<EndPointPattern> wanted, TransportEndPoint end)
    {
        for (int i = 0; i < wanted.Count; i++)
        {
            if (wanted[i].Matches(end))
            {
                return true;
            }
        }

        return wanted.Count == 0;
    }

    private bool HasPort(ConntrackEntry entry) =>
        Ports.Contains(entry.OriginalSource.Port)
        || Ports.Contains(entry.OriginalDestination.Port)
        || Ports.Contains(entry.TranslatedSource.Port)
        || Ports.Contains(entry.TranslatedDestination.Port);
}
