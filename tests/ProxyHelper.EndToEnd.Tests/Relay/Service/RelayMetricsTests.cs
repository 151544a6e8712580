using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.EndToEnd.Relay.Service;

/// <summary>Tests the counters of the relay: those for Prometheus, and those in the log.</summary>
public sealed class RelayMetricsTests(PublishedDaemon daemon)
{
    private const string Scrape =
        "exec 3<>/dev/tcp/127.0.0.1/9115; printf 'GET /metrics HTTP/1.1\\r\\nHost: relay\\r\\n\\r\\n' >&3; cat <&3";

    [Fact]
    public async Task Connections_bytes_and_outcomes_are_counted()
    {
        using ServiceSite site = await ServiceSite.StartAsync(daemon);
        using RunningProgram relay = await site.StartRelayAsync(
            "--metrics", "127.0.0.1:9115", "--allow-port", "80", "-v");
        (Socket user, Socket proxy) = await site.RelayOneAsync();
        await ServiceSite.AssertRelaysAsync(user, proxy);
        await site.AssertRefusesAsync(443);
        user.Dispose();
        proxy.Dispose();
        await relay.AwaitAsync("finished");
        (Socket open, Socket _) = await site.RelayOneAsync();

        Dictionary<string, double> counters = Read(site);

        Assert.Equal(3, counters["proxyhelper_relay_accepted_total"]);
        Assert.Equal(1, counters["proxyhelper_relay_open_connections"]);
        Assert.Equal(1, counters["proxyhelper_relay_connections_total{outcome=\"finished\"}"]);
        Assert.Equal(1, counters["proxyhelper_relay_connections_total{outcome=\"port_not_allowed\"}"]);
        Assert.Equal(0, counters["proxyhelper_relay_connections_total{outcome=\"not_found\"}"]);
        Assert.Equal(3, counters["proxyhelper_relay_queries_total"]);
        Assert.Equal(16, counters["proxyhelper_relay_bytes_total{direction=\"up\"}"]);
        Assert.Equal(16, counters["proxyhelper_relay_bytes_total{direction=\"down\"}"]);
        Assert.Equal(
            CountersPage.Metrics(CountersPage.Relay).Order(StringComparer.Ordinal),
            counters.Keys.Order(StringComparer.Ordinal));
        relay.Signal((PosixSignal)10); // SIGUSR1
        await relay.AwaitAsync(
            "Counters since the start: 3 connections, 1 open, 1 finished, 1 port not allowed, 3 queries, "
            + "0 ignored replies, 16 bytes up, 16 bytes down.");
        open.Dispose();
    }

    private static Dictionary<string, double> Read(ServiceSite site)
    {
        string response = site.Network.Proxy.Run(() => Tool.Run("bash", "-c", Scrape));
        return response.Split("\r\n\r\n", 2)[1].Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => line[0] != '#')
            .Select(line => line.Split(' '))
            .ToDictionary(parts => parts[0], parts => double.Parse(parts[1], CultureInfo.InvariantCulture));
    }
}
