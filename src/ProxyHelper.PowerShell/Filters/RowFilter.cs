using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Mappings;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Represents the rows of saved tables that match. A row must match every filter, and one of the values of a filter
/// that has several.
/// </summary>
internal sealed record RowFilter
{
    private ConntrackFilter? _kernel;

    /// <summary>Gets the filters of ends, protocols and types of NAT, and those that only conntrack has.</summary>
    public required ConntrackFilter Ends { get; init; }

    /// <summary>Gets the states that match. A row without a state does not match.</summary>
    public IReadOnlyList<StateName> States { get; init; } = [];

    /// <summary>Gets the ids that match. A row without an id does not match.</summary>
    public IReadOnlyList<MappingId> Ids { get; init; } = [];

    /// <summary>Gets the routing domains that match. A row of the default domain does not match.</summary>
    public IReadOnlyList<string> RoutingDomains { get; init; } = [];

    private ConntrackFilter Kernel => _kernel ??= Ends with
    {
        States = [.. States.Select(state => state.Kernel).OfType<ConnectionState>()],
        Ids = [.. Ids.Select(id => id.Kernel).OfType<uint>()],
    };

    /// <summary>
    /// Returns the filter that cannot select rows of a system, or null. Such a filter matches nothing, which would look
    /// like an empty table.
    /// </summary>
    public UnusableFilter? FindInapplicable(NatSystem system) =>
        system == NatSystem.Conntrack ? FindInapplicableToConntrack()
        : Ends.Zones.Count > 0 ? new("-Zone", "only conntrack entries have a zone")
        : Ends.Mark is not null ? new("-Mark", "only conntrack entries have a number as their mark")
        : Ends.Status != ConntrackStatus.None ? new("-Status", "only conntrack entries have status bits")
        : States.Count > 0 && !HasStates(system) ? new("-State", "the router shows no states")
        : Ids.Count > 0 && !HasStates(system) ? new("-Id", "the router shows no ids")
        : RoutingDomains.Count > 0 && !HasDomains(system) ? new("-RoutingDomain", "the router shows no routing domains")
        : null;

    /// <summary>Returns whether a row matches.</summary>
    public bool Matches(NatMapping mapping) => mapping switch
    {
        ConntrackEntry entry => Kernel.Matches(entry),
        RouterMapping row => MatchesEnds(row) && MatchesValues(row),
        _ => false,
    };

    /// <summary>Returns whether a row belongs to the routing domain that a look-up is about.</summary>
    public bool IsInDomain(NatMapping mapping) => RoutingDomains.Count == 0
        || (mapping is RouterMapping { RoutingDomain: { } domain }
            && RoutingDomains.Contains(domain, StringComparer.OrdinalIgnoreCase));

    private bool MatchesEnds(RouterMapping row) =>
        HasValue(Ends.Protocols, row.Protocol)
        && HasEnd(Ends.OriginalSources, row.OriginalSource)
        && HasEnd(Ends.OriginalDestinations, row.OriginalDestination)
        && HasEnd(Ends.TranslatedSources, row.TranslatedSource)
        && HasEnd(Ends.TranslatedDestinations, row.TranslatedDestination)
        && HasValue(Ends.NatTypes, row.NatType)
        && (Ends.Ports.Count == 0
            || HasPort(row.OriginalSource) || HasPort(row.OriginalDestination)
            || HasPort(row.TranslatedSource) || HasPort(row.TranslatedDestination));

    private bool MatchesValues(RouterMapping row) =>
        (States.Count == 0 || (row.State is { } word && States.Any(state => state.Matches(word))))
        && (Ids.Count == 0 || (row.Id is { } text && Ids.Any(id => id.Matches(text))))
        && IsInDomain(row);

    // These systems also have ids.
    private static bool HasStates(NatSystem system) =>
        system is not (NatSystem.Cisco or NatSystem.IPFilter or NatSystem.Windows);

    private static bool HasDomains(NatSystem system) =>
        system is not (NatSystem.IPFilter or NatSystem.MikroTik or NatSystem.Windows);

    private UnusableFilter? FindInapplicableToConntrack() =>
        RoutingDomains.Count > 0 ? new(
            "-RoutingDomain", "a conntrack entry has a zone instead, which -Zone selects")
        : States.FirstOrDefault(state => state.Kernel is null) is { } word ? new(
            $"-State {word}", "it has no such state")
        : Ids.FirstOrDefault(id => id.Kernel is null) is { } text ? new($"-Id {text}", "its id is a number")
        : null;

    private bool HasPort(TransportEndPoint? end) => end is { } known && Ends.Ports.Contains(known.Port);

    private static bool HasValue<T>(IReadOnlyList<T> values, T? value)
        where T : struct => values.Count == 0 || (value is { } known && values.Contains(known));

    private static bool HasEnd(IReadOnlyList<EndPointPattern> patterns, TransportEndPoint? end) =>
        patterns.Count == 0 || (end is { } known && ConntrackFilter.HasEnd(patterns, known));
}
