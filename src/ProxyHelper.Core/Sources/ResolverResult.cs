using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Mappings;

namespace ProxyHelper.Sources;

/// <summary>
/// Represents what the answer of a resolver means for its query: the original ends, not found, or a reason for having
/// no certain answer.
/// </summary>
/// <param name="Fault">Why there is no certain answer, or <see cref="ResolverFault.None"/>.</param>
/// <param name="Reason">The reason in a few words for the log, or null.</param>
internal sealed record ResolverResult(ResolverFault Fault, string? Reason = null)
{
    private ResolverResult(TransportEndPoint source, TransportEndPoint destination)
        : this(ResolverFault.None)
    {
        Source = source;
        Destination = destination;
        IsFound = true;
    }

    /// <summary>Gets the result of a query whose connection is not found.</summary>
    public static ResolverResult NotFound { get; } = new(ResolverFault.None);

    /// <summary>Gets whether the original ends are known.</summary>
    public bool IsFound { get; }

    /// <summary>Gets the original source, if found.</summary>
    public TransportEndPoint Source { get; }

    /// <summary>Gets the original destination, if found.</summary>
    public TransportEndPoint Destination { get; }

    /// <summary>
    /// Compares an answer with its query, as the answer of the kernel is compared. Only whole mappings with exactly the
    /// ends of the query count, and all of them must have the same original ends.
    /// </summary>
    public static ResolverResult From(in MappingQuery query, ResolverAnswer? answer)
    {
        if (answer?.Mappings is not { } mappings)
        {
            return new ResolverResult(ResolverFault.WrongType, "it returned no answer");
        }

        if (answer.Fault != ResolverFault.None)
        {
            return new ResolverResult(answer.Fault, answer.Reason);
        }

        ResolverResult? found = null;
        foreach (NatMapping mapping in mappings)
        {
            if (!IsAnswer(query, mapping))
            {
                continue;
            }

            var result = new ResolverResult(
                mapping.Ends.OriginalSource!.Value, mapping.Ends.OriginalDestination!.Value);
            if (found is not null && found != result)
            {
                return new ResolverResult(ResolverFault.Ambiguous);
            }

            found = result;
        }

        return found ?? (mappings.Count == 0 ? NotFound : new ResolverResult(ResolverFault.Mismatch));
    }

    /// <summary>Returns whether a mapping alone answers a query over IPv4.</summary>
    private static bool IsAnswer(in MappingQuery query, NatMapping? mapping)
    {
        bool isWhole = mapping switch
        {
            ConntrackEntry entry => entry.ReplyZone == 0, // only this zone has the proxy's connections
            RouterMapping router => router.Part == MappingPart.Whole,
            _ => false,
        };
        return isWhole
            && mapping!.Ends is { AreComplete: true } ends
            && query.Matches(ends)
            && IsUsable(ends.OriginalSource!.Value)
            && IsUsable(ends.OriginalDestination!.Value);
    }

    private static bool IsUsable(TransportEndPoint end) => end.Port != 0 && end.TryGetIPv4(out _);
}
