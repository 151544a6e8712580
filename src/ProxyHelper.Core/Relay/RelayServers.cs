using System.Runtime.Versioning;
using ProxyHelper.Lifetime;
using ProxyHelper.Linux;
using ProxyHelper.Relay.Asking;
using ProxyHelper.Relay.Connections;

namespace ProxyHelper.Relay;

/// <summary>Opens the servers of a relay.</summary>
[SupportedOSPlatform("linux")]
internal static class RelayServers
{
    /// <summary>Opens one server for each worker, or none.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="rules">The rules.</param>
    /// <param name="stop">The signal that ends the servers.</param>
    /// <param name="telemetryOf">Returns the counters and the journal of a worker.</param>
    /// <exception cref="BindException">
    /// Thrown when an address and port cannot be bound. No address stays bound.
    /// </exception>
    /// <exception cref="LinuxException">Thrown when a socket could not be opened.</exception>
    public static RelayServer[] Open(
        RelayOptions options, RelayRules rules, LinuxWake stop, Func<int, RelayTelemetry> telemetryOf)
    {
        var limits = new RelayLimits(new ConnectionLimit(options.MaxConnections), new SourceLimits());
        RelayListener[][] listeners = RelayListeners.Open(options);
        var opened = new List<IDisposable>();
        try
        {
            return [.. listeners.Select((sockets, worker) =>
            {
                var parts = new RelayParts(options, rules, limits, telemetryOf(worker));
                opened.Add(parts);
                return new RelayServer(parts, sockets, stop);
            })];
        }
        catch
        {
            opened.ForEach(parts => parts.Dispose());
            Array.ForEach(listeners, sockets => Array.ForEach(sockets, listener => listener.Socket.Dispose()));
            throw;
        }
    }
}
