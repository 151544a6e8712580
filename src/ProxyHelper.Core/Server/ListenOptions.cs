using ProxyHelper.Addresses;
using System.Net;
using ProxyHelper.Sources;

namespace ProxyHelper.Server;

/// <summary>Represents the settings of a responder that are fixed when it is opened.</summary>
public sealed record ListenOptions
{
    /// <summary>The UDP port that smtp-gated queries by default (remote_port).</summary>
    public const ushort DefaultPort = 114;

    /// <summary>The largest number of workers.</summary>
    public const int MaxWorkers = 64;

    /// <summary>
    /// The number of sockets that each worker has for an address, so that a flood fills only its own queue.
    /// </summary>
    public const int QueuesPerWorker = FairQueues.Count;

    /// <summary>Gets the local IPv4 addresses to listen on. 0.0.0.0 is all addresses of this host.</summary>
    public required IReadOnlyList<IPAddress> Addresses { get; init; }

    /// <summary>Gets the UDP port, 1 to 65535. The default is 114.</summary>
    public ushort Port { get; init; } = DefaultPort;

    /// <summary>
    /// Gets the TCP port for smtp-gated's mode remote. The default is 0, which listens on no TCP port.
    /// </summary>
    public ushort TcpPort { get; init; }

    /// <summary>
    /// Gets the number of threads that answer over UDP, 1 to <see cref="MaxWorkers"/>. The default is 1, which is
    /// enough for some 60,000 queries a second.
    /// </summary>
    public int Workers { get; init; } = 1;

    /// <summary>
    /// Gets whether an address may be one that this host does not have yet, such as at boot (IP_FREEBIND).
    /// </summary>
    public bool AllowAbsentAddresses { get; init; }

    /// <summary>
    /// Gets the numbers of inherited descriptors: bound UDP sockets and listening TCP sockets. If there are any, the
    /// responder listens on them instead of <see cref="Addresses"/>, <see cref="Port"/> and <see cref="TcpPort"/>. The
    /// descriptors stay open when the responder ends. If an address has <see cref="QueuesPerWorker"/> UDP sockets for
    /// each worker, the sockets become its fair queues.
    /// </summary>
    public IReadOnlyList<int> InheritedSockets { get; init; } = [];

    /// <summary>
    /// Gets the resolver that looks up all queries, or null if the kernel of this host looks them up, which requires
    /// Linux. The responder disposes of the resolver when it has ended. If the responder cannot be opened, the caller
    /// keeps the resolver.
    /// </summary>
    public MappingResolver? Resolver { get; init; }

    /// <summary>Gets the sockets that the responder uses.</summary>
    internal ServerPath Path { get; init; } =
        OperatingSystem.IsLinux() ? ServerPath.Linux : ServerPath.Portable;

    /// <summary>Gets the longest time that a TCP connection may last. The default is 5 seconds.</summary>
    internal TimeSpan MaxConnectionTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Returns the addresses with the UDP port.</summary>
    public override string ToString() => string.Join(", ", Addresses.Select(address => new IPEndPoint(address, Port)));

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentException">Thrown when an option is invalid. The message names it.</exception>
    public void Validate()
    {
        SettingCheck.Require(Addresses.Count + InheritedSockets.Count > 0, "At least one address is needed.");
        string? fault = HostAddresses.Read().FindListenFault(Addresses);
        SettingCheck.Require(fault is null, fault);
        SettingCheck.Require(Port != 0, "Port 0 cannot receive queries. Use 1 to 65535.");
        SettingCheck.Require(
            Resolver is not null || Path == ServerPath.Linux,
            "Only Linux has a conntrack table to look up connections in. Give the helper a resolver, a command or a "
                + "table.");
        SettingCheck.Require(
            Path == ServerPath.Linux || (Workers == 1 && !AllowAbsentAddresses && InheritedSockets.Count == 0),
            "Several workers, absent addresses and inherited sockets need Linux.");
        SettingCheck.Require(Workers is >= 1 and <= MaxWorkers, $"The number of workers must be 1 to {MaxWorkers}.");
    }
}

/// <summary>Specifies the sockets that a responder uses.</summary>
internal enum ServerPath
{
    /// <summary>The sockets and system calls of Linux, which are faster.</summary>
    Linux,

    /// <summary>The sockets of .NET, which every system has.</summary>
    Portable,
}
