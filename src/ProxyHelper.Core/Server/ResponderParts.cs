using System.Diagnostics;
using System.Runtime.Versioning;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;
using ProxyHelper.Netlink;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Server;

/// <summary>Contains the parts of a responder.</summary>
[SupportedOSPlatform("linux")]
internal sealed class ResponderParts
{
    private ResponderParts()
    {
    }

    /// <summary>Gets the signal that ends the servers.</summary>
    public required EventSignal Stop { get; init; }

    /// <summary>Gets the sockets, of which each belongs to a server.</summary>
    public required ResponderSockets Sockets { get; init; }

    /// <summary>
    /// Gets the servers: one for each worker, and one for TCP if TCP is used. Each disposes of what it uses.
    /// </summary>
    public required QueryServer[] Servers { get; set; }

    /// <summary>Gets the counters of the servers.</summary>
    public required ServerCounters[] Counters { get; init; }

    /// <summary>Gets the journal.</summary>
    public required ResponderJournal Journal { get; init; }

    /// <summary>Gets the meter.</summary>
    public required ResponderMeter Meter { get; init; }

    /// <summary>Gets the time since the responder was opened.</summary>
    public required Stopwatch Uptime { get; init; }

#pragma warning disable CA2000 // the list disposes of the parts until they are complete, then their owners do
    /// <summary>
    /// Opens the parts in the network namespace of the calling thread. If one cannot be opened, none stays open.
    /// </summary>
    /// <exception cref="BindException">Thrown when an address and port cannot be bound.</exception>
    /// <exception cref="NetlinkException">Thrown when the conntrack table cannot be read.</exception>
    /// <exception cref="LinuxException">Thrown when a socket could not be opened.</exception>
    public static ResponderParts Open(ListenOptions options, RuleSet rules)
    {
        using var opened = new PartList();
        var uptime = Stopwatch.StartNew();
        var journal = new ResponderJournal();
        EventSignal stop = opened.Add(EventSignal.Create());
        ConntrackTable[] tables = Create(options.Workers, () => opened.Add(ConntrackTable.Open(UdpServer.BatchSize)));
        ProveLookups(tables[0]);
        ResponderSockets sockets = opened.Add(ResponderSockets.Open(options, rules.Answer.AllowedProxies));
        bool usesTcp = sockets.Listeners.Length > 0;
        ServerCounters[] counters = Create(options.Workers + (usesTcp ? 1 : 0), () => new ServerCounters());
        ResponderMeter meter = opened.Add(
            new ResponderMeter(sockets.UdpEndPoints, () => ResponderCounts.Sum(counters), () => uptime.Elapsed));
        var servers = new List<QueryServer>();
        for (int i = 0; i < tables.Length; i++)
        {
            servers.Add(opened.Add(new UdpServer(sockets.OfWorker(i), Context(tables[i], counters[i]), rules)));
        }

        if (usesTcp)
        {
            ServerContext context = Context(opened.Add(ConntrackTable.Open()), counters[^1]);
            servers.Add(opened.Add(new TcpServer(sockets.Listeners, context, rules, options.MaxConnectionTime)));
        }

        opened.Release();
        return new ResponderParts
        {
            Stop = stop,
            Sockets = sockets,
            Servers = [.. servers],
            Counters = counters,
            Journal = journal,
            Meter = meter,
            Uptime = uptime,
        };

        ServerContext Context(ConntrackTable table, ServerCounters own) =>
            OpenContext(opened, stop, table, new ServerTelemetry(own, journal, meter));
    }

    private static ServerContext OpenContext(
        PartList opened, EventSignal stop, ConntrackTable table, ServerTelemetry telemetry)
    {
        LocalAddresses local = opened.Add(LocalAddresses.Open());
        return new ServerContext(stop, table, local, opened.Add(AppearanceWatch.Open(local.Reader)), telemetry);
    }
#pragma warning restore CA2000

    private static T[] Create<T>(int count, Func<T> create) => [.. Enumerable.Range(0, count).Select(_ => create())];

    /// <summary>
    /// Looks up a connection as the servers do, so that a responder that cannot look up does not start, and the first
    /// query does not wait for compilation.
    /// </summary>
    private static void ProveLookups(ConntrackTable table)
    {
        table.ReadStatistics();
        var nobody = new TransportEndPoint(IPv4Address.Any, port: 0);
        Span<Lookup> lookup = stackalloc Lookup[1];
        Errno errno = table.FindMany([new ConntrackTuple(IPProtocol.Tcp, nobody, nobody)], lookup);
        if (errno != Errno.None)
        {
            throw new NetlinkException("look up a conntrack entry", errno);
        }
    }

    /// <summary>
    /// Contains the parts that are open, and disposes of them in reverse order unless they are released.
    /// </summary>
    private sealed class PartList : IDisposable
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
}
