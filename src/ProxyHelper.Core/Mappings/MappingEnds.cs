using ProxyHelper.Addresses;

namespace ProxyHelper.Mappings;

/// <summary>The protocol and the four ends of a mapping. A value that the router does not show is null.</summary>
/// <param name="Protocol">The protocol above IP.</param>
/// <param name="OriginalSource">The source before translation.</param>
/// <param name="OriginalDestination">The destination before translation.</param>
/// <param name="TranslatedSource">The source after translation.</param>
/// <param name="TranslatedDestination">The destination after translation.</param>
internal readonly record struct MappingEnds(
    IPProtocol? Protocol,
    TransportEndPoint? OriginalSource,
    TransportEndPoint? OriginalDestination,
    TransportEndPoint? TranslatedSource,
    TransportEndPoint? TranslatedDestination)
{
    /// <summary>Gets the ends that are translated. An end whose original is unknown counts as not translated.</summary>
    public NatType NatType =>
        (Differ(OriginalSource, TranslatedSource) ? NatType.Source : NatType.None)
        | (Differ(OriginalDestination, TranslatedDestination) ? NatType.Destination : NatType.None);

    /// <summary>Gets whether the protocol and all ends are known.</summary>
    public bool AreComplete => Protocol is not null && HaveAllEnds;

    /// <summary>Gets whether all ends are known.</summary>
    public bool HaveAllEnds =>
        OriginalSource is not null && OriginalDestination is not null
        && TranslatedSource is not null && TranslatedDestination is not null;

    /// <summary>Gets the protocol and the ends before translation, or null if one of them is unknown.</summary>
    public MappingQuery? Original => TupleOf(OriginalSource, OriginalDestination);

    /// <summary>Gets the protocol and the ends after translation, or null if one of them is unknown.</summary>
    public MappingQuery? Translated => TupleOf(TranslatedSource, TranslatedDestination);

    private MappingQuery? TupleOf(TransportEndPoint? source, TransportEndPoint? destination) =>
        Protocol is null || source is null || destination is null
            ? null
            : new MappingQuery(Protocol.Value, source.Value, destination.Value);

    private static bool Differ(TransportEndPoint? original, TransportEndPoint? translated) =>
        original is { } before && translated is { } after && before != after;
}
