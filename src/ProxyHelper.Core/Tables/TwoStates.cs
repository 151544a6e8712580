using ProxyHelper.Mappings;

namespace ProxyHelper.Tables;

/// <summary>
/// Knows how two states make one connection. A packet leaves the in-state with its translated ends. The out-state takes
/// the packet with the same ends, which are its original ends.
/// </summary>
internal static class TwoStates
{
    /// <summary>
    /// Gets the name of the detail for the routing domain after translation. A state without the detail has one domain.
    /// </summary>
    public const string TranslatedDomain = "translatedRdomain";

    private const string DefaultDomain = "0";
    private const string SecondState = "out";

    /// <summary>Returns the ends that the in-state and the out-state of one connection share.</summary>
    /// <returns>Null if the row is not such a state, or lacks one of the ends.</returns>
    public static StateKey? KeyOf(RouterMapping state) => state.Part switch
    {
        MappingPart.InState when state.Ends.Translated is { } tuple => new StateKey(tuple, DomainAfter(state)),
        MappingPart.OutState when state.Ends.Original is { } tuple => new StateKey(tuple, state.RoutingDomain),
        _ => null,
    };

    /// <summary>
    /// Makes one mapping of both states, with the original ends of the in-state and the translated ends of the
    /// out-state. The words of the out-state begin with the source, as the mapping does.
    /// </summary>
    public static RouterMapping Combine(RouterMapping inState, RouterMapping outState) => inState with
    {
        TranslatedSource = outState.TranslatedSource,
        TranslatedDestination = outState.TranslatedDestination,
        State = outState.State,
        TimeLeft = inState.TimeLeft < outState.TimeLeft ? inState.TimeLeft : outState.TimeLeft,
        Part = MappingPart.Whole,
        Direction = null,
        Details = Combine(inState.Details, outState.Details),
    };

    private static Dictionary<string, string> Combine(
        IReadOnlyDictionary<string, string> inDetails, IReadOnlyDictionary<string, string> outDetails)
    {
        var details = new Dictionary<string, string>(inDetails, StringComparer.OrdinalIgnoreCase);
        foreach ((string name, string value) in outDetails)
        {
            if (!details.TryAdd(name, value) && details[name] != value)
            {
                details[$"{SecondState}{char.ToUpperInvariant(name[0])}{name[1..]}"] = value;
            }
        }

        return details;
    }

    private static string? DomainAfter(RouterMapping state) =>
        !state.Details.TryGetValue(TranslatedDomain, out string? domain) ? state.RoutingDomain
        : domain == DefaultDomain ? null
        : domain;
}

/// <summary>Contains the ends that two states of one connection share.</summary>
/// <param name="Tuple">The ends of a packet between both states.</param>
/// <param name="Domain">The routing domain of the packet, or null for the default domain.</param>
internal readonly record struct StateKey(MappingQuery Tuple, string? Domain);
