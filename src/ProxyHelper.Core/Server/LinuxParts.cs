using System.Runtime.Versioning;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Lifetime;
using ProxyHelper.Linux;
using ProxyHelper.Netlink;
using ProxyHelper.Server.Tcp;
using ProxyHelper.Sources;

namespace ProxyHelper.Server;

/// <summary>Opens the parts of a responder that uses Linux's own sockets and system calls.</summary>
[SupportedOSPlatform("linux")]
internal sealed class LinuxParts
{
    private readonly ListenOptions _options;
    private readonly RuleSet _rules;
    private readonly PartList _opened;
    private readonly LinuxWake _stop;
    private readonly ResponderSockets _sockets;
    private readonly ResponderTelemetry _telemetry;
    private readonly ResolverQueue? _resolver;

#pragma warning disable CA2000 // the list disposes of the parts until they are complete, then their owners do
    private LinuxParts(ListenOptions options, RuleSet rules, PartList opened)
    {
        _options = options;
        _rules = rules;
        _opened = opened;
        _stop = opened.Add(LinuxWake.Open());
        _sockets = opened.Add(ResponderSockets.Open(options, rules.Answer.AllowedProxies));
        _telemetry = opened.Add(new ResponderTelemetry(options.Workers + (UsesTcp ? 1 : 0)));
        _telemetry.Publish(_sockets.UdpEndPoints);
        _resolver = options.Resolver is { } resolver ? new ResolverQueue(resolver) : null;
    }

    private bool UsesTcp => _sockets.Listeners.Length > 0;

    /// <summary>Opens the parts in the network namespace of the calling thread.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="rules">The rules.</param>
    /// <param name="opened">Receives the parts, and disposes of them if the method throws.</param>
    /// <exception cref="BindException">Thrown when an address and port cannot be bound.</exception>
    /// <exception cref="NetlinkException">Thrown when the conntrack table cannot be read.</exception>
    /// <exception cref="LinuxException">Thrown when a socket could not be opened.</exception>
    public static ResponderParts Open(ListenOptions options, RuleSet rules, PartList opened)
    {
        if (options.Resolver is null)
        {
            ProveLookups(); // first, so that a missing capability is reported before a port in use
        }

        var parts = new LinuxParts(options, rules, opened);
        return new ResponderParts
        {
            Stop = parts._stop,
            UdpEndPoints = parts._sockets.UdpEndPoints,
            TcpEndPoints = parts._sockets.TcpEndPoints,
            ChangeAllowed = parts._sockets.ChangeAllowed,
            Servers = [.. parts.OpenServers()],
            Resolver = parts._resolver,
            Telemetry = parts._telemetry,
        };
    }

    private IEnumerable<QueryServer> OpenServers()
    {
        for (int worker = 0; worker < _options.Workers; worker++)
        {
            ServerContext context = OpenContext(worker, UdpServer.BatchSize);
            yield return _opened.Add(new UdpServer(_sockets.OfWorker(worker), context, _rules));
        }

        if (UsesTcp)
        {
            ServerContext context = OpenContext(_options.Workers, maxLookups: 1);
            yield return _opened.Add(
                LinuxTcp.Create(_sockets.Listeners, context, _rules, _options.MaxConnectionTime));
        }
    }

    /// <summary>Opens what a server needs to look up, and to know its host.</summary>
    private ServerContext OpenContext(int server, int maxLookups)
    {
        var reader = new AddressReader(NetlinkSocket.Open);
        LocalAddresses local = _opened.Add(LocalAddresses.Open(reader, Clock.System));
        var context = new ServerContext(_stop.Handle, local, _telemetry.Of(server)) { Resolver = _resolver };
        return _resolver is not null ? context : context with
        {
            Table = _opened.Add(ConntrackTable.Open(maxLookups)),
            Watch = _opened.Add(AppearanceWatch.Open(reader)),
        };
    }
#pragma warning restore CA2000

    /// <summary>
    /// Looks up a connection as the servers do, so that a responder that cannot look up does not start, and the first
    /// query does not wait for compilation.
    /// </summary>
    private static void ProveLookups()
    {
        using ConntrackTable table = ConntrackTable.Open(UdpServer.BatchSize);
        table.ReadStatistics();
        var nobody = new TransportEndPoint(IPv4Address.Any, port: 0);
        Span<Lookup> lookup = stackalloc Lookup[1];
        Errno errno = table.FindMany([new ConntrackTuple(IPProtocol.Tcp, nobody, nobody)], lookup);
        if (errno != Errno.None)
        {
            throw new NetlinkException("look up a conntrack entry", errno);
        }
    }
}
