using System.Net;
using ProxyHelper.Addresses;

namespace ProxyHelper.Client;

/// <summary>What to ask whom, and how patiently.</summary>
public sealed record HelperRequest
{
    /// <summary>The helper's address and port.</summary>
    public required IPEndPoint Helper { get; init; }

    /// <summary>The TCP peer as the proxy sees it. IPv4.</summary>
    public required TransportEndPoint Source { get; init; }

    /// <summary>The proxy's accepting address and port. IPv4.</summary>
    public required TransportEndPoint Destination { get; init; }

    /// <summary>The shared secret; 0 when none is set. Over TCP there is none.</summary>
    public uint Secret { get; init; }

    /// <summary>How often the query is sent in all (smtp-gated's remote_udp_retries), 1 or more. Over TCP it is sent once.</summary>
    public int Sends { get; init; } = 3;

    /// <summary>How long to wait after each send (smtp-gated's timeout_lookup); over TCP, from the beginning to the end.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Who is asked about what. The secret is not in it.</summary>
    public override string ToString() => $"{Helper}: {Source} -> {Destination}";
}
