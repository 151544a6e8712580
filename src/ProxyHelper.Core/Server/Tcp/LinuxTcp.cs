using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using ProxyHelper.Lifetime;
using ProxyHelper.Linux;

namespace ProxyHelper.Server.Tcp;

/// <summary>Makes TCP servers with Linux's own sockets.</summary>
[SupportedOSPlatform("linux")]
internal static class LinuxTcp
{
#pragma warning disable CA2000 // the server disposes of the source and the wait
    /// <summary>Creates a server, which disposes of its sockets and of what belongs to it in its context.</summary>
    /// <param name="listeners">The sockets that accept connections.</param>
    /// <param name="context">What the server gets from its responder.</param>
    /// <param name="rules">The rules of the responder.</param>
    /// <param name="maxConnectionTime">The longest time that a connection may last.</param>
    /// <exception cref="LinuxException">Thrown when the process has no descriptor left.</exception>
    public static TcpServer Create(
        LinuxSocket[] listeners, ServerContext context, RuleSet rules, TimeSpan maxConnectionTime)
    {
        var connections = new TcpConnections(maxConnectionTime);
        (TcpSource source, SafeHandle wake) = CreateSource(connections, listeners, context);
        var wait = new LinuxStreamWait(context.Stop, wake, listeners, context.CreateQueue);
        StreamSocket[] streams = [.. listeners.Select(listener => new LinuxStream(listener))];
        var parts = new TcpParts(streams, wait, source, connections);
        return new TcpServer(parts, rules, context.LocalAddresses, context.Telemetry, context.Clock);
    }

    private static (TcpSource Source, SafeHandle Wake) CreateSource(
        TcpConnections connections, LinuxSocket[] listeners, ServerContext context)
    {
        if (context.Resolver is not { } resolver)
        {
            var grace = new TcpGrace(connections, listeners.Select(IPv4SocketAddress.ReadLocalAddress), context);
            return (grace, grace.Wake);
        }

        var wake = LinuxWake.Open();
        var tickets = new QueryTickets(resolver, wake.Set, context.Telemetry);
        return (new TcpTickets(connections, tickets, wake, context.Clock), wake.Handle);
    }
#pragma warning restore CA2000
}
