using System.Net;
using ProxyHelper.Addresses;

namespace ProxyHelper.Client;

/// <summary>Represents the result of a query to a helper.</summary>
public sealed record HelperAnswer
{
    /// <summary>Gets the proxy's TCP peer that the query was about: the translated source.</summary>
    public required TransportEndPoint Source { get; init; }

    /// <summary>Gets the proxy's accepting address and port that the query was about.</summary>
    public required TransportEndPoint Destination { get; init; }

    /// <summary>Gets the outcome of the query.</summary>
    public required HelperOutcome Outcome { get; init; }

    /// <summary>
    /// Gets the original source. The value is null unless found, and over TCP, whose reply contains only the ident.
    /// </summary>
    public TransportEndPoint? OriginalSource { get; init; }

    /// <summary>Gets the original destination; null unless found.</summary>
    public TransportEndPoint? OriginalDestination { get; init; }

    /// <summary>Gets the user's name that smtp-gated would log; null unless found.</summary>
    public string? Ident { get; init; }

    /// <summary>
    /// Gets the time from the last send to the reply; over TCP, from the start of the connection to its end. The value
    /// is null without a reply.
    /// </summary>
    public TimeSpan? RoundTripTime { get; init; }

    /// <summary>Gets the number of times that the query was sent.</summary>
    public int Sends { get; init; }

    /// <summary>Gets the helper's address and port.</summary>
    public required IPEndPoint Helper { get; init; }

    /// <summary>
    /// Gets the local address and port of the query, or null if no route leads to the helper. smtp-gated asks from the
    /// destination's address; on other hosts that address is not local.
    /// </summary>
    public IPEndPoint? AskedFrom { get; init; }

    /// <summary>Gets the datagrams that were not the reply; at most the first 16.</summary>
    public IReadOnlyList<IgnoredReply> IgnoredReplies { get; init; } = [];

    /// <summary>Gets whether the reply agrees with the given mapping; null if no mapping was given.</summary>
    public bool? AgreesWithMapping { get; init; }
}
