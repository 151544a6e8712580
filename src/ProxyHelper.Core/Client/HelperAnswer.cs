using System.Net;
using ProxyHelper.Addresses;

namespace ProxyHelper.Client;

/// <summary>What a query to a helper gave.</summary>
public sealed record HelperAnswer
{
    /// <summary>The TCP peer that was asked about, as the proxy sees it.</summary>
    public required TransportEndPoint Source { get; init; }

    /// <summary>The proxy's accepting address and port that was asked about.</summary>
    public required TransportEndPoint Destination { get; init; }

    /// <summary>How it ended.</summary>
    public required HelperOutcome Outcome { get; init; }

    /// <summary>Who opened the connection; null unless found, and over TCP, where the answer has no more of it than the ident.</summary>
    public TransportEndPoint? OriginalSource { get; init; }

    /// <summary>Whom it was opened to; null unless found.</summary>
    public TransportEndPoint? OriginalDestination { get; init; }

    /// <summary>The user's name that smtp-gated would log; null unless found.</summary>
    public string? Ident { get; init; }

    /// <summary>From the send to the answer to it, over TCP from the beginning to the end; null without an answer.</summary>
    public TimeSpan? RoundTripTime { get; init; }

    /// <summary>How often the query was sent.</summary>
    public int Sends { get; init; }

    /// <summary>Who was asked.</summary>
    public required IPEndPoint Helper { get; init; }

    /// <summary>From where it was asked, null where no way leads to the helper. smtp-gated asks from the destination's address; elsewhere that address is not local.</summary>
    public IPEndPoint? AskedFrom { get; init; }

    /// <summary>What came instead of the answer, the first sixteen.</summary>
    public IReadOnlyList<IgnoredReply> IgnoredReplies { get; init; } = [];

    /// <summary>Whether the answer is the mapping that was given to compare with; null when none was given.</summary>
    public bool? AgreesWithMapping { get; init; }
}
