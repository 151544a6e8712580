using System.Diagnostics;
using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Lifetime;
using ProxyHelper.Linux;
using ProxyHelper.Netlink;
using ProxyHelper.Server.Portable;
using ProxyHelper.Sources;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Server;

/// <summary>Contains the parts of a responder.</summary>
internal sealed class ResponderParts
{
    /// <summary>Gets the signal that ends the servers.</summary>
    public required WakeSignal Stop { get; init; }

    /// <summary>Gets the addresses and UDP ports.</summary>
    public required IPEndPoint[] UdpEndPoints { get; init; }

    /// <summary>Gets the addresses and TCP ports.</summary>
    public required IPEndPoint[] TcpEndPoints { get; init; }

    /// <summary>Gets the action that adapts the sockets to other allowed senders.</summary>
    public Action<IReadOnlyList<EndPointPattern>> ChangeAllowed { get; init; } = _ => { };

    /// <summary>
    /// Gets the servers: one for each worker, and one for TCP if TCP is used. Each disposes of what it uses.
    /// </summary>
    public required QueryServer[] Servers { get; set; }

    /// <summary>Gets the queue of the resolver, or null if the kernel is the source.</summary>
    public ResolverQueue? Resolver { get; init; }

    /// <summary>Gets what the servers report to.</summary>
    public required ResponderTelemetry Telemetry { get; init; }

    /// <summary>Ends what the servers share, after their end.</summary>
    /// <param name="failure">The exception that ended them, or null.</param>
    public void End(Exception? failure)
    {
        Servers = []; // the buffers of the servers are not kept with the counts, which a caller may read for long
        Resolver?.Dispose();
        Telemetry.Dispose();
        Telemetry.Journal.Complete(failure);
    }

    /// <summary>
    /// Opens the parts in the network namespace of the calling thread. If one cannot be opened, none stays open.
    /// </summary>
    /// <exception cref="BindException">Thrown when an address and port cannot be bound.</exception>
    /// <exception cref="NetlinkException">Thrown when the conntrack table cannot be read.</exception>
    /// <exception cref="LinuxException">Thrown when a socket could not be opened.</exception>
    public static ResponderParts Open(ListenOptions options, RuleSet rules)
    {
        using var opened = new PartList();
        ResponderParts parts = OperatingSystem.IsLinux() && options.Path == ServerPath.Linux
            ? LinuxParts.Open(options, rules, opened)
            : PortableParts.Open(options, rules, opened);
        opened.Release();
        return parts;
    }
}

/// <summary>Contains what the servers of a responder report to.</summary>
internal sealed class ResponderTelemetry : IDisposable
{
    private ResponderMeter? _meter;

    /// <summary>Creates the counters of a number of servers.</summary>
    public ResponderTelemetry(int servers)
    {
        Counters = [.. Enumerable.Range(0, servers).Select(_ => new ServerCounters())];
    }

    /// <summary>Gets the counters of the servers.</summary>
    public ServerCounters[] Counters { get; }

    /// <summary>Gets the journal.</summary>
    public ResponderJournal Journal { get; } = new();

    /// <summary>Gets the time since the responder was opened.</summary>
    public Stopwatch Uptime { get; } = Stopwatch.StartNew();

    /// <summary>Begins to publish the counts.</summary>
    /// <param name="endPoints">The addresses and UDP ports, which identify the responder.</param>
    public void Publish(IPEndPoint[] endPoints) =>
        _meter = new ResponderMeter(endPoints, () => ResponderCounts.Sum(Counters), () => Uptime.Elapsed);

    /// <summary>Returns what a server reports to.</summary>
    public ServerTelemetry Of(int server) => new(Counters[server], Journal, _meter);

    /// <summary>Ends the meter.</summary>
    public void Dispose() => _meter?.Dispose();
}

/// <summary>
/// Contains the parts that are open, and disposes of them in reverse order unless they are released.
/// </summary>
internal sealed class PartList : IDisposable
{
    private readonly Stack<IDisposable> _parts = [];

    /// <summary>Adds a part.</summary>
    public T Add<T>(T part)
        where T : IDisposable
    {
        _parts.Push(part);
        return part;
    }

    /// <summary>Leaves the parts to their owners.</summary>
    public void Release() => _parts.Clear();

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_parts.TryPop(out IDisposable? part))
        {
            part.Dispose();
        }
    }
}
