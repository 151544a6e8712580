using System.Net;
using System.Net.Sockets;
using ProxyHelper.Protocol;

namespace ProxyHelper.Responders;

/// <summary>Everything that can be set about a responder.</summary>
public sealed record ResponderOptions
{
    /// <summary>The UDP port that smtp-gated asks unless told otherwise (remote_port).</summary>
    public const ushort DefaultPort = 114;

    /// <summary>
    /// How long a query may have waited in the socket's queue to be answered still: 1 s, the shortest time that smtp-gated waits.
    /// A later answer could reach another connection's query.
    /// </summary>
    public static readonly TimeSpan MaximumQueueDelay = TimeSpan.FromSeconds(1);

    /// <summary>The local IPv4 addresses to answer on; 0.0.0.0 is all of them.</summary>
    public required IReadOnlyList<IPAddress> Addresses { get; init; }

    /// <summary>The UDP port, 1 to 65535.</summary>
    public ushort Port { get; init; } = DefaultPort;

    /// <summary>The secret that a query must carry; 0 is what smtp-gated sends when none is set.</summary>
    public uint Secret { get; init; }

    /// <summary>What replies give as the user's name.</summary>
    public IdentFormat IdentFormat { get; init; }

    /// <summary>Checks that a responder can be started with these.</summary>
    /// <exception cref="ArgumentException">The message says what does not fit.</exception>
    public void Validate()
    {
        if (Addresses.Count == 0)
        {
            throw new ArgumentException("There is no address to answer on.");
        }

        if (Addresses.FirstOrDefault(address => address.AddressFamily != AddressFamily.InterNetwork) is { } other)
        {
            throw new ArgumentException($"{other} is not an IPv4 address; smtp-gated asks over IPv4 only.");
        }

        if (Port == 0)
        {
            throw new ArgumentException("Port 0 cannot be asked; choose 1 to 65535.");
        }
    }
}
