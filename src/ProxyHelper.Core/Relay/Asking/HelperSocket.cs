using System.Runtime.Versioning;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;

namespace ProxyHelper.Relay.Asking;

/// <summary>
/// Represents a UDP socket that is bound to an accepting address and connected to the helper of one router. The kernel
/// drops datagrams of other senders, and reports an ICMP error to the socket.
/// </summary>
/// <param name="socket">The socket, which the object disposes of.</param>
/// <param name="route">The two addresses.</param>
/// <param name="index">The index of the socket in the table.</param>
[SupportedOSPlatform("linux")]
internal sealed class HelperSocket(LinuxSocket socket, HelperRoute route, int index) : IDisposable
{
    /// <summary>Gets the two addresses.</summary>
    public HelperRoute Route => route;

    /// <summary>Gets the index of the socket in the table.</summary>
    public int Index => index;

    /// <summary>Gets the socket.</summary>
    public LinuxSocket Socket => socket;

    /// <summary>Gets or sets the number of queries that wait for a reply on this socket.</summary>
    public int OpenQueries { get; set; }

    /// <summary>Gets or sets the time of the last query.</summary>
    public TimeSpan UsedAt { get; set; }

    /// <inheritdoc/>
    public void Dispose() => socket.Dispose();
}

/// <summary>Represents the two addresses of the queries about some connections.</summary>
/// <param name="Accepting">The address that accepted the connections, which the queries come from.</param>
/// <param name="Router">The address that the connections came from, which the queries go to.</param>
internal readonly record struct HelperRoute(IPv4Address Accepting, IPv4Address Router);
