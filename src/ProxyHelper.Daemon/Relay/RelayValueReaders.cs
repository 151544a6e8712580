using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Daemon.Configuration;
using ProxyHelper.Relay;

namespace ProxyHelper.Daemon.Relay;

/// <summary>
/// Reads the values of settings that only the relay has. Each method returns the sentence that describes the fault, or
/// null.
/// </summary>
internal static class RelayValueReaders
{
    /// <summary>Reads an address and port to listen on.</summary>
    public static string? Listen(string text, out IPEndPoint value) =>
        ValueReaders.EndPoint(text, "194.0.22.9:9199", out value)
        ?? (value.Port == 0 ? "Port 0 cannot receive connections. Use 1 to 65535." : null);

    /// <summary>Reads the target.</summary>
    public static string? Target(string text, out RelayTarget value)
    {
        bool isTarget = RelayTarget.TryParse(text, out RelayTarget? target);
        value = target!;
        return isTarget
            ? null
            : $"{ValueReaders.Quote(text)} is not an IPv4 address and port, such as 127.0.0.1:3128, or a Unix socket, "
                + $"such as unix:/run/proxy.sock. A path has at most {RelayTarget.MaxPathLength} bytes.";
    }

    /// <summary>Reads the version of the header.</summary>
    public static string? Version(string text, out ProxyProtocol value)
    {
        (value, bool isVersion) = text switch
        {
            "v2" => (ProxyProtocol.V2, true),
            "v1" => (ProxyProtocol.V1, true),
            "none" => (ProxyProtocol.None, true),
            _ => (default, false),
        };
        return isVersion ? null : $"{ValueReaders.Quote(text)} is not v2, v1 or none.";
    }

    /// <summary>Reads a port or a range of ports.</summary>
    public static string? Ports(string text, out PortRange value)
    {
        bool isPort = NumberText.TryRead(text, out ushort port) && port != 0;
        value = new PortRange(port, port);
        return isPort || PortRange.TryParse(text, out value)
            ? null
            : $"{ValueReaders.Quote(text)} is not a port or a range of ports, such as 80 or 8000-8099.";
    }

    /// <summary>Reads the largest number of connections.</summary>
    public static string? Connections(string text, out int value) =>
        Number(text, 1, RelayOptions.MostConnections, "a number of connections", out value);

    /// <summary>Reads the largest number of connections of an original source.</summary>
    public static string? ConnectionsOfSource(string text, out int value) =>
        Number(text, 0, RelayOptions.MostConnections, "a number of connections", out value);

    /// <summary>Reads the largest number of queries.</summary>
    public static string? Queries(string text, out int value) =>
        Number(text, 1, RelayOptions.MostQueries, "a number of queries", out value);

    /// <summary>Reads a number of threads.</summary>
    public static string? Workers(string text, out int value) =>
        Number(text, 1, RelayOptions.MaxWorkers, "a number of workers", out value);

    /// <summary>Reads a number of seconds above 0, with or without a fraction.</summary>
    public static string? Seconds(string text, out TimeSpan value) =>
        ValueReaders.ReadSeconds(text, out value)
        ?? (value > TimeSpan.Zero && value <= RelayRules.LongestTime
            ? null
            : $"{ValueReaders.Quote(text)} is not above 0 and at most {RelayRules.LongestTime.TotalSeconds} seconds.");

    /// <summary>Reads a number of seconds, with or without a fraction, or 0.</summary>
    public static string? SecondsOrNone(string text, out TimeSpan value) =>
        ValueReaders.ReadSeconds(text, out value)
        ?? (value <= RelayRules.LongestTime
            ? null
            : $"{ValueReaders.Quote(text)} is not 0 to {RelayRules.LongestTime.TotalSeconds} seconds.");

    private static string? Number(string text, int first, int last, string words, out int value) =>
        NumberText.TryRead(text, out value) && value >= first && value <= last
            ? null
            : $"{ValueReaders.Quote(text)} is not {words}, {first} to {last}.";
}
