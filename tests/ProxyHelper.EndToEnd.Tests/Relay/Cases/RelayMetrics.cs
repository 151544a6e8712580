using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ProxyHelper.EndToEnd.Relay.Cases;

/// <summary>Reads the counts of a relay, as Prometheus does.</summary>
internal static class RelayMetrics
{
    /// <summary>The queries that were sent, with repeats.</summary>
    public const string Queries = "proxyhelper_relay_queries_total";

    /// <summary>The datagrams that are no expected reply.</summary>
    public const string IgnoredReplies = "proxyhelper_relay_replies_ignored_total";

    /// <summary>The accepted connections.</summary>
    public const string Accepted = "proxyhelper_relay_accepted_total";

    private const string Bytes = "proxyhelper_relay_bytes_total";

    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(5);

    /// <summary>Gets the address and port of the metrics, on the proxy's host.</summary>
    public static IPEndPoint EndPoint { get; } = IPEndPoint.Parse("127.0.0.1:9115");

    /// <summary>Returns the name of the count of connections with an outcome, such as "not_found".</summary>
    public static string Outcome(string label) => $"proxyhelper_relay_connections_total{{outcome=\"{label}\"}}";

    /// <summary>Waits until a count has a value. Fails if the count exceeds the value.</summary>
    public static async Task AwaitAsync(CaseNetwork network, string name, double value)
    {
        CancellationToken patience = Patience.Token();
        double now;
        while ((now = await ReadAsync(network, name)) < value)
        {
            await Task.Delay(_pause, patience);
        }

        if (now > value)
        {
            throw new InvalidOperationException($"{name} is {now}, which exceeds {value}.");
        }
    }

    /// <summary>Returns a count.</summary>
    public static async Task<double> ReadAsync(CaseNetwork network, string name)
    {
        string text = await ScrapeAsync(network);
        string line = text.Split('\n').SingleOrDefault(line => line.StartsWith($"{name} ", StringComparison.Ordinal))
            ?? throw new InvalidOperationException($"The metrics have no {name}:\n{text}");
        return double.Parse(line[(name.Length + 1)..], CultureInfo.InvariantCulture);
    }

    /// <summary>Returns the number of bytes that were relayed in both directions.</summary>
    public static async Task<double> ReadBytesAsync(CaseNetwork network) =>
        await ReadAsync(network, $"{Bytes}{{direction=\"up\"}}")
        + await ReadAsync(network, $"{Bytes}{{direction=\"down\"}}");

    private static async Task<string> ScrapeAsync(CaseNetwork network)
    {
        using Socket socket = network.Proxy.OpenSocket(IPEndPoint.Parse("127.0.0.1:0"), SocketType.Stream);
        await socket.ConnectAsync(EndPoint, Patience.Token());
        await socket.SendAsync("GET /metrics HTTP/1.0\r\n\r\n"u8.ToArray(), Patience.Token());
        var text = new StringBuilder();
        byte[] buffer = new byte[16384];
        int length;
        while ((length = await socket.ReceiveAsync(buffer, Patience.Token())) > 0)
        {
            text.Append(Encoding.UTF8.GetString(buffer, 0, length));
        }

        return text.ToString();
    }
}
