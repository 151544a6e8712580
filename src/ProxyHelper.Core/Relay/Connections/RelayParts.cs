using System.Runtime.Versioning;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;
using ProxyHelper.Linux.Entropy;
using ProxyHelper.Linux.Streams;
using ProxyHelper.Netlink;
using ProxyHelper.Relay.Asking;

namespace ProxyHelper.Relay.Connections;

/// <summary>Contains the parts of one worker. Only the thread of the worker uses them.</summary>
[SupportedOSPlatform("linux")]
internal sealed class RelayParts : IDisposable
{
    private readonly LocalAddresses _local = LocalAddresses.Open();
    private ulong _lastId = ChooseFirstId();

    /// <summary>Opens the parts in the network namespace of the calling thread.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="rules">The rules.</param>
    /// <param name="limits">The limits that all workers share.</param>
    /// <param name="telemetry">The counters of the worker, and the journal.</param>
    /// <exception cref="LinuxException">Thrown when the process has no free descriptor.</exception>
    public RelayParts(RelayOptions options, RelayRules rules, RelayLimits limits, RelayTelemetry telemetry)
    {
        Limits = limits;
        Telemetry = telemetry;
        Target = new TargetAddress(options.Target);
        ProxyProtocol = options.ProxyProtocol;
        KnownEnds = options.KnownEnds;
        Queries = HelperQueries.Create(
            options.HelperPort,
            Math.Max(1, options.MaxQueries / options.Workers),
            telemetry.Counters,
            (socket, index) => Queue.Add(socket, EventKey.OfQueries(index)));
        ChangeRules(rules);
    }

    /// <summary>Gets the descriptors that the worker waits for.</summary>
    public EdgeQueue Queue { get; } = EdgeQueue.Create();

    /// <summary>Gets the places for the connections.</summary>
    public RelayConnections Connections { get; } = new();

    /// <summary>Gets the connections that have bytes to move without another event.</summary>
    public TurnQueue Turns { get; } = new();

    /// <summary>Gets what moves the bytes.</summary>
    public BytePump Pump { get; } = new();

    /// <summary>Gets what asks the helpers.</summary>
    public HelperQueries Queries { get; }

    /// <summary>Gets the limits that all workers share.</summary>
    public RelayLimits Limits { get; }

    /// <summary>Gets the address of the target.</summary>
    public TargetAddress Target { get; }

    /// <summary>Gets the header that the target gets first.</summary>
    public ProxyProtocol ProxyProtocol { get; }

    /// <summary>Gets the original ends of every connection, or null to ask the helpers.</summary>
    public (TransportEndPoint Source, TransportEndPoint Destination)? KnownEnds { get; }

    /// <summary>Gets the counters of the worker, and the journal.</summary>
    public RelayTelemetry Telemetry { get; }

    /// <summary>Gets the rules that are in force.</summary>
    public RelayRules Rules { get; private set; }

    /// <summary>Gets what decides which connections are relayed.</summary>
    public RelayAdmission Admission { get; private set; }

    /// <summary>Gets the clock.</summary>
    public Clock Clock { get; } = Clock.System;

    /// <summary>Returns the number of the next connection, which no other connection has soon.</summary>
    public ulong NextId() => ++_lastId;

    /// <summary>Applies other rules.</summary>
    [System.Diagnostics.CodeAnalysis.MemberNotNull(nameof(Rules), nameof(Admission))]
    public void ChangeRules(RelayRules rules)
    {
        Rules = rules;
        Admission = new RelayAdmission(rules, _local);
        Queries.Secret = rules.Secret;
    }

    private static ulong ChooseFirstId()
    {
        var random = new RandomNumbers();
        return ((ulong)random.Next() << 32) | random.Next();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Queries.Dispose();
        Pump.Dispose();
        Queue.Dispose();
        _local.Dispose();
    }
}

/// <summary>Contains the limits that the workers of a relay share.</summary>
/// <param name="Connections">The limit of all connections.</param>
/// <param name="Sources">The connections of each original source.</param>
internal sealed record RelayLimits(ConnectionLimit Connections, SourceLimits Sources);

/// <summary>
/// Makes the keys of events that are not about connections. No connection has such a key
/// (<see cref="RelayConnection.KeyOf"/>).
/// </summary>
internal static class EventKey
{
    /// <summary>The key of the stop signal.</summary>
    public const ulong Stop = Special;

    private const ulong Special = 1ul << 63;
    private const ulong Listener = Special | (1ul << 32);
    private const ulong Queries = Special | (2ul << 32);

    /// <summary>Returns the key of a listener.</summary>
    public static ulong OfListener(int number) => Listener | (uint)number;

    /// <summary>Returns the key of a socket to a helper.</summary>
    public static ulong OfQueries(int index) => Queries | (uint)index;

    /// <summary>Returns whether a key is that of a connection.</summary>
    public static bool IsConnection(ulong key) => key < Special;

    /// <summary>Returns whether a key is that of a listener, with the number of the listener.</summary>
    public static bool IsListener(ulong key, out int number)
    {
        number = (int)(uint)key;
        return key >> 32 == Listener >> 32;
    }

    /// <summary>Returns whether a key is that of a socket to a helper, with the index of the socket.</summary>
    public static bool IsQueries(ulong key, out int index)
    {
        index = (int)(uint)key;
        return key >> 32 == Queries >> 32;
    }
}
