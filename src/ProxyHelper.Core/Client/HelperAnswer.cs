using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Protocol;

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

    /// <summary>Gets <see cref="RoundTripTime"/> in seconds.</summary>
    public double? RoundTripSeconds => RoundTripTime?.TotalSeconds;

    /// <summary>Gets the number of times that the query was sent.</summary>
    public int Sends { get; init; }

    /// <summary>Gets the helper's address and port.</summary>
    public required IPEndPoint Helper { get; init; }

    /// <summary>
    /// Gets the local address and port of the query, or null if no route leads to the helper. smtp-gated asks from the
    /// destination's address. On other hosts than the proxy, this address is not local.
    /// </summary>
    public IPEndPoint? AskedFrom { get; init; }

    /// <summary>Gets the datagrams that were not the reply; at most the first 16.</summary>
    public IReadOnlyList<IgnoredReply> IgnoredReplies { get; init; } = [];

    /// <summary>Gets whether the reply agrees with the given mapping; null if no mapping was given.</summary>
    public bool? AgreesWithMapping { get; init; }

    /// <summary>
    /// Gets the likely reasons and the next step, if the caller added them; null if the connection was found.
    /// </summary>
    public string? Hint { get; init; }
}

/// <summary>Specifies the outcome of a query to a helper.</summary>
public enum HelperOutcome
{
    /// <summary>The helper found the connection and replied with its original ends.</summary>
    Found,

    /// <summary>
    /// The helper did not find the connection. Over UDP this is also the reply if the look-up failed.
    /// </summary>
    NotFound,

    /// <summary>
    /// No reply arrived: no helper runs there, a firewall drops the datagrams, or the helper refused the query silently
    /// (wrong secret, not allowed).
    /// </summary>
    TimedOut,

    /// <summary>No program listens on the port: the host sent ICMP port unreachable, or over TCP a reset.</summary>
    Refused,

    /// <summary>The host or its network cannot be reached.</summary>
    Unreachable,

    /// <summary>Something replied, but smtp-gated should not take it for the reply.</summary>
    InvalidReply,

    /// <summary>
    /// Over TCP: the helper closed the connection without a reply. The client is not allowed, or sends too many
    /// queries.
    /// </summary>
    Closed,

    /// <summary>Over TCP: the helper replied that the look-up failed, or that the line was not a query.</summary>
    Failed,
}

/// <summary>Represents a datagram, or over TCP a line, that was not the reply.</summary>
/// <param name="Sender">The sender's address and port.</param>
/// <param name="Reason">The reason it was not the reply.</param>
public sealed record IgnoredReply(IPEndPoint Sender, ReplyFault Reason)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Sender}: {Reason}";
}
