using System.Net;
using System.Net.Sockets;
using ProxyHelper.Addresses;

namespace ProxyHelper.Relay;

/// <summary>Represents the settings of a relay that are fixed when it is opened.</summary>
public sealed record RelayOptions
{
    /// <summary>The UDP port of a helper.</summary>
    public const ushort DefaultHelperPort = 114;

    /// <summary>The largest number of workers.</summary>
    public const int MaxWorkers = 64;

    /// <summary>The largest value of <see cref="MaxConnections"/>.</summary>
    public const int MostConnections = 1_000_000;

    /// <summary>The largest value of <see cref="MaxQueries"/>.</summary>
    public const int MostQueries = 100_000;

    /// <summary>Gets the IPv4 addresses and TCP ports to listen on. 0.0.0.0 is all addresses of this host.</summary>
    public required IReadOnlyList<IPEndPoint> Listen { get; init; }

    /// <summary>Gets the program that each connection is relayed to.</summary>
    public required RelayTarget Target { get; init; }

    /// <summary>Gets the header that the target gets first. The default is version 2.</summary>
    public ProxyProtocol ProxyProtocol { get; init; }

    /// <summary>Gets the UDP port of the helpers, 1 to 65535. The default is 114.</summary>
    public ushort HelperPort { get; init; } = DefaultHelperPort;

    /// <summary>Gets the number of threads, 1 to <see cref="MaxWorkers"/>. The default is 1.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>
    /// Gets the largest number of connections at the same time, 1 to <see cref="MostConnections"/>. The default is
    /// 20,000. More connections wait in the kernel. Each connection needs two descriptors.
    /// </summary>
    public int MaxConnections { get; init; } = 20_000;

    /// <summary>
    /// Gets the largest number of queries that wait for their reply, 1 to <see cref="MostQueries"/>. The default is
    /// 1,000. A connection that exceeds it is reset.
    /// </summary>
    public int MaxQueries { get; init; } = 1_000;

    /// <summary>
    /// Gets whether an address may be one that this host does not have yet, such as at boot (IP_FREEBIND).
    /// </summary>
    public bool AllowAbsentAddresses { get; init; }

    /// <summary>
    /// Gets the numbers of inherited descriptors: TCP sockets that listen. If there are any, the relay listens on them
    /// instead of <see cref="Listen"/>. The descriptors stay open when the relay ends.
    /// </summary>
    public IReadOnlyList<int> InheritedSockets { get; init; } = [];

    /// <summary>
    /// Gets the original ends of every connection, so that no helper is asked; null to ask. Only the benchmark sets
    /// them, to measure what the queries cost.
    /// </summary>
    internal (TransportEndPoint Source, TransportEndPoint Destination)? KnownEnds { get; init; }

    /// <summary>Returns the addresses and ports, and the target.</summary>
    public override string ToString() => $"{string.Join(", ", Listen)} to {Target}";

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentException">Thrown when an option is invalid. The message names it.</exception>
    public void Validate()
    {
        SettingCheck.Require(Listen.Count + InheritedSockets.Count > 0, "At least one address and port is needed.");
        SettingCheck.Require(
            Listen.All(endPoint => endPoint.Port != 0), "Port 0 cannot receive connections. Use 1 to 65535.");
        foreach (IPEndPoint endPoint in Listen)
        {
            SettingCheck.Require(
                IsHostAddress(endPoint.Address),
                $"{endPoint.Address} is not an IPv4 address that a host can have. The relay cannot listen on it.");
            SettingCheck.Require(
                !LeadsTo(Target.EndPoint, endPoint), $"The target {Target} is the relay itself. Use another port.");
        }

        SettingCheck.Require(
            Target.EndPoint is not { AddressFamily: not AddressFamily.InterNetwork },
            $"The target {Target} is not an IPv4 address. Use an IPv4 address, or a Unix socket.");
        SettingCheck.Require(
            Target.EndPoint is not { } target || IsTargetAddress(target.Address),
            $"No program can have the address of the target {Target}. Use another address, such as 127.0.0.1.");
        SettingCheck.Require(HelperPort != 0, "Port 0 cannot receive queries. Use 1 to 65535.");
        SettingCheck.Require(Workers is >= 1 and <= MaxWorkers, $"The number of workers must be 1 to {MaxWorkers}.");
        SettingCheck.Require(
            MaxConnections is >= 1 and <= MostConnections,
            $"The number of connections must be 1 to {MostConnections}.");
        SettingCheck.Require(
            MaxQueries is >= 1 and <= MostQueries, $"The number of queries must be 1 to {MostQueries}.");
    }

    private static bool IsHostAddress(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetwork && IPv4Address.FromIPAddress(address) is var host
            && (host == IPv4Address.Any || !host.IsUnspecified) && !host.IsMulticast && host != IPv4Address.Broadcast;

    /// <summary>Returns whether a program can have an address. The relay cannot connect to other addresses.</summary>
    internal static bool IsTargetAddress(IPAddress address) =>
        IsHostAddress(address) && !address.Equals(IPAddress.Any);

    private static bool LeadsTo(IPEndPoint? target, IPEndPoint listener) =>
        target is not null && target.Port == listener.Port
            && (target.Address.Equals(listener.Address)
                || (listener.Address.Equals(IPAddress.Any) && IPAddress.IsLoopback(target.Address)));
}
