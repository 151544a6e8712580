using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using ProxyHelper.Conntrack;
using ProxyHelper.Lifetime;
using ProxyHelper.Linux;
using ProxyHelper.Netlink;
using ProxyHelper.Sources;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Server;

/// <summary>
/// Contains what a server gets from its responder. The table, the addresses and their watch belong to the server.
/// </summary>
/// <param name="Stop">The signal that ends the server.</param>
/// <param name="LocalAddresses">The addresses of this host.</param>
/// <param name="Telemetry">The counters, the journal and the meter.</param>
[SupportedOSPlatform("linux")]
internal sealed record ServerContext(EventSignal Stop, LocalAddresses LocalAddresses, ServerTelemetry Telemetry)
{
    /// <summary>Gets the conntrack table, or null if the source is a resolver.</summary>
    public ConntrackTable? Table { get; init; }

    /// <summary>Gets what finds addresses that appear on this host, or null if the source is a resolver.</summary>
    public AppearanceWatch? Watch { get; init; }

    /// <summary>Gets the queue of the resolver, which all servers share, or null if the kernel is the source.</summary>
    public ResolverQueue? Resolver { get; init; }

    /// <summary>Gets the clock.</summary>
    public Clock Clock { get; init; } = Clock.System;

    /// <summary>Gets the method that makes the queue with which a server waits.</summary>
    public Func<SafeHandle[], ReadyQueue> CreateQueue { get; init; } = descriptors => ReadyQueue.Create(descriptors);
}

/// <summary>Represents what all servers of queries have in common.</summary>
internal abstract class QueryServer : ServerLoop
{
    private readonly LocalAddresses _local;
    private volatile ServerRules _rules;

    /// <summary>Creates a server. It disposes of the addresses.</summary>
    /// <param name="local">The addresses of this host.</param>
    /// <param name="rules">The rules of the responder.</param>
    /// <param name="telemetry">The counters, the journal and the meter.</param>
    /// <param name="clock">The clock.</param>
    protected QueryServer(LocalAddresses local, RuleSet rules, ServerTelemetry telemetry, Clock clock)
    {
        _local = local;
        _rules = ServerRules.From(rules, local);
        Telemetry = telemetry;
        Clock = clock;
    }

    /// <summary>Gets the longest time for which a server that is stopped answers what was received before.</summary>
    protected static TimeSpan StopGrace { get; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Gets the idle time before closed descriptors are looked for.</summary>
    protected static TimeSpan IdleTime { get; } = TimeSpan.FromSeconds(1);

    /// <summary>Gets the rules that are in force.</summary>
    protected ServerRules Rules => _rules;

    /// <summary>Gets the clock.</summary>
    protected Clock Clock { get; }

    /// <summary>Gets the counters, the journal and the meter.</summary>
    protected ServerTelemetry Telemetry { get; }

    /// <summary>Applies other rules from the next batch or connection on. Any thread may call the method.</summary>
    public void ChangeRules(RuleSet rules) => _rules = ServerRules.From(rules, _local);

    /// <inheritdoc/>
    public override void Dispose() => _local.Dispose();
}
