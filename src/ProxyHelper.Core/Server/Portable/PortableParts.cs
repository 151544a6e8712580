using System.Net;
using ProxyHelper.Linux;
using ProxyHelper.Netlink;
using ProxyHelper.Server.Tcp;
using ProxyHelper.Sources;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Server.Portable;

/// <summary>Contains what a server with the sockets of .NET gets from its responder.</summary>
/// <param name="Stop">The signal that ends the server.</param>
/// <param name="Wake">The signal that wakes the server when a ticket is done. It belongs to the server.</param>
/// <param name="Local">The addresses of this host. They belong to the server.</param>
/// <param name="Telemetry">The counters, the journal and the meter.</param>
/// <param name="Clock">The clock.</param>
internal sealed record PortableContext(
    PortableWake Stop, PortableWake Wake, LocalAddresses Local, ServerTelemetry Telemetry, Clock Clock)
{
    /// <summary>Gets what begins the look-ups.</summary>
    public required QueryTickets Tickets { get; init; }
}

/// <summary>
/// Opens the parts of a responder that uses the sockets of .NET, on every system. It has a resolver, and one worker.
/// </summary>
internal static class PortableParts
{
#pragma warning disable CA2000 // the list disposes of the parts until they are complete, then their owners do
    /// <summary>Opens the parts.</summary>
    /// <param name="options">The settings, with a resolver.</param>
    /// <param name="rules">The rules.</param>
    /// <param name="opened">Receives the parts, and disposes of them if the method throws.</param>
    /// <exception cref="BindException">Thrown when an address and port cannot be bound.</exception>
    /// <exception cref="LinuxException">Thrown when a socket could not be opened.</exception>
    public static ResponderParts Open(ListenOptions options, RuleSet rules, PartList opened)
    {
        IPAddress[] addresses = [.. options.Addresses.Distinct()];
        IPEndPoint[] udp = [.. addresses.Select(address => new IPEndPoint(address, options.Port))];
        IPEndPoint[] tcp = options.TcpPort == 0
            ? []
            : [.. addresses.Select(address => new IPEndPoint(address, options.TcpPort))];
        var clock = new PortableClock();
        PortableWake stop = opened.Add(PortableWake.Open());
        var resolver = new ResolverQueue(options.Resolver!);
        ResponderTelemetry telemetry = opened.Add(new ResponderTelemetry(tcp.Length > 0 ? 2 : 1));
        telemetry.Publish(udp);
        List<QueryServer> servers = [opened.Add(new PortableUdpServer(options, OpenContext(0), rules))];
        if (tcp.Length > 0)
        {
            PortableStream[] listeners = [.. tcp.Select(endPoint => opened.Add(PortableStream.Listen(endPoint)))];
            servers.Add(opened.Add(OpenTcp(listeners, OpenContext(1), rules, options.MaxConnectionTime)));
        }

        return new ResponderParts
        {
            Stop = stop,
            UdpEndPoints = udp,
            TcpEndPoints = tcp,
            Servers = [.. servers],
            Resolver = resolver,
            Telemetry = telemetry,
        };

        PortableContext OpenContext(int server)
        {
            PortableWake wake = opened.Add(PortableWake.Open());
            LocalAddresses local = opened.Add(LocalAddresses.OpenPortable(clock));
            return new PortableContext(stop, wake, local, telemetry.Of(server), clock)
            {
                Tickets = new QueryTickets(resolver, wake.Set, telemetry.Of(server)),
            };
        }
    }

    private static TcpServer OpenTcp(
        PortableStream[] listeners, PortableContext context, RuleSet rules, TimeSpan maxConnectionTime)
    {
        var connections = new TcpConnections(maxConnectionTime);
        var wait = new PortableStreamWait(context.Stop, context.Wake, listeners);
        var source = new TcpTickets(connections, context.Tickets, context.Wake, context.Clock);
        var parts = new TcpParts([.. listeners], wait, source, connections);
        return new TcpServer(parts, rules, context.Local, context.Telemetry, context.Clock);
    }
#pragma warning restore CA2000
}
