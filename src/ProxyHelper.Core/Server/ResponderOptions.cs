using System.Net;
using System.Net.Sockets;
using ProxyHelper.Addresses;
using ProxyHelper.Protocol;

namespace ProxyHelper.Server;

/// <summary>Everything that can be set about a responder.</summary>
public sealed record ResponderOptions
{
    /// <summary>The UDP port that smtp-gated asks unless told otherwise (remote_port).</summary>
    public const ushort DefaultPort = 114;

    /// <summary>How many allowed proxies, or trusted clients, can be listed.</summary>
    public const int MaximumPrefixes = 500;

    /// <summary>How many workers there can be.</summary>
    public const int MaximumWorkers = 64;

    /// <summary>The highest rate that can be set, in queries a second.</summary>
    public const int HighestRate = 1_000_000;

    /// <summary>How many sockets an address has for each worker, so that a flood fills its own queue.</summary>
    public const int QueuesPerWorker = FairQueues.Count;

    private static readonly TimeSpan LongestQueueDelay = TimeSpan.FromMinutes(1);

    /// <summary>The local IPv4 addresses to answer on; 0.0.0.0 is all of them.</summary>
    public required IReadOnlyList<IPAddress> Addresses { get; init; }

    /// <summary>The UDP port, 1 to 65535.</summary>
    public ushort Port { get; init; } = DefaultPort;

    /// <summary>The TCP port for smtp-gated's mode remote; 0 for none.</summary>
    public ushort OriginPort { get; init; }

    /// <summary>How long a TCP connection may last, from its beginning to its end.</summary>
    internal TimeSpan OriginPatience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The secret that a query must carry; 0 is what smtp-gated sends when none is set. Over TCP there is no room for one.</summary>
    public uint Secret { get; init; }

    /// <summary>What replies give as the user's name.</summary>
    public IdentFormat IdentFormat { get; init; }

    /// <summary>Who may ask at all; everybody if there is none. This host and the trusted clients may, too.</summary>
    public IReadOnlyList<AddressPrefix> AllowedProxies { get; init; } = [];

    /// <summary>Who may ask about any connection; others only about connections to their own address. This host may always.</summary>
    public IReadOnlyList<AddressPrefix> TrustedClients { get; init; } = [];

    /// <summary>How many queries a source address may ask in a second, up to <see cref="HighestRate"/>; 0 for any number. This host may ask any number.</summary>
    public int MaximumQueriesPerSecond { get; init; } = 10_000;

    /// <summary>
    /// How long a query may have waited in the socket's queue to be answered still: above 0 and up to a minute, 1 s unless said.
    /// That is the shortest time that smtp-gated waits; a later answer could reach another connection's query.
    /// </summary>
    public TimeSpan MaximumQueueDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How many threads answer, 1 to <see cref="MaximumWorkers"/>. One is enough for some 100,000 queries a second.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>Whether an address may be one that this host does not have yet, such as at boot (IP_FREEBIND).</summary>
    public bool AllowsAbsentAddresses { get; init; }

    /// <summary>
    /// Numbers of descriptors that this process was given: UDP sockets that somebody else has bound, and TCP sockets that listen, which
    /// stay open when the responder ends. It answers on these in place of <see cref="Addresses"/>, <see cref="Port"/> and
    /// <see cref="OriginPort"/>. Where an address has
    /// <see cref="QueuesPerWorker"/> of them for each worker, they are its fair queues.
    /// </summary>
    public IReadOnlyList<int> InheritedSockets { get; init; } = [];

    /// <summary>Whether each query that is answered is told, too. Under load some are left out, rather than anything else.</summary>
    public bool TellsQueries { get; init; }

    /// <summary>Where it answers. The secret is not in it.</summary>
    public override string ToString() => string.Join(", ", Addresses.Select(address => new IPEndPoint(address, Port)));

    /// <summary>Whether these and others are served by the same sockets and threads.</summary>
    internal bool HasSameSockets(ResponderOptions other) =>
        (Port, OriginPort, Workers, AllowsAbsentAddresses) == (other.Port, other.OriginPort, other.Workers, other.AllowsAbsentAddresses)
        && Addresses.SequenceEqual(other.Addresses) && InheritedSockets.SequenceEqual(other.InheritedSockets);

    /// <summary>Checks that a responder can be started with these.</summary>
    /// <exception cref="ArgumentException">The message says what does not fit.</exception>
    public void Validate()
    {
        Require(Addresses.Count + InheritedSockets.Count > 0, "There is no address to answer on.");
        if (Addresses.FirstOrDefault(address => address.AddressFamily != AddressFamily.InterNetwork) is { } other)
        {
            throw new ArgumentException($"{other} is not an IPv4 address; smtp-gated asks over IPv4 only.");
        }

        Require(Port != 0, "Port 0 cannot be asked; choose 1 to 65535.");
        Require(AllowedProxies.Count <= MaximumPrefixes, $"There are more than {MaximumPrefixes} allowed proxies; use prefixes.");
        Require(TrustedClients.Count <= MaximumPrefixes, $"There are more than {MaximumPrefixes} trusted clients; use prefixes.");
        Require(MaximumQueriesPerSecond is >= 0 and <= HighestRate, $"The rate is 0 (none) to {HighestRate} queries a second.");
        Require(MaximumQueueDelay > TimeSpan.Zero && MaximumQueueDelay <= LongestQueueDelay, "The queue delay is above 0, and a minute at most.");
        Require(Workers is >= 1 and <= MaximumWorkers, $"There can be 1 to {MaximumWorkers} workers.");
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new ArgumentException(otherwise);
        }
    }
}
