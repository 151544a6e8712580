using System.Net;
using ProxyHelper.Addresses;

namespace ProxyHelper.Client;

/// <summary>Represents a query to a helper, with its patience.</summary>
public sealed record HelperRequest
{
    /// <summary>Gets the helper's address and port.</summary>
    public required IPEndPoint Helper { get; init; }

    /// <summary>Gets the proxy's TCP peer: the translated source. IPv4.</summary>
    public required TransportEndPoint Source { get; init; }

    /// <summary>Gets the proxy's accepting address and port. IPv4.</summary>
    public required TransportEndPoint Destination { get; init; }

    /// <summary>Gets the shared secret. The default is 0, no secret. A query over TCP has no secret.</summary>
    public uint Secret { get; init; }

    /// <summary>
    /// Gets the total number of sends (smtp-gated's remote_udp_retries), 1 or more. The default is 3. A query over TCP
    /// is sent once.
    /// </summary>
    public int Sends { get; init; } = 3;

    /// <summary>
    /// Gets the time to wait after each send (smtp-gated's timeout_lookup); over TCP, the time for everything. The
    /// default is 5 seconds.
    /// </summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Returns the helper and the two ends. The secret is left out.</summary>
    public override string ToString() => $"{Helper}: {Source} -> {Destination}";
}

/// <summary>Specifies how a helper is asked. smtp-gated knows both ways.</summary>
public enum HelperTransport
{
    /// <summary>Datagrams of 66 bytes over UDP (smtp-gated's mode remote-udp).</summary>
    Udp,

    /// <summary>A line over TCP, in the form of RFC 1413 (smtp-gated's mode remote).</summary>
    Tcp,
}
