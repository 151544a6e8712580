using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Xunit;

namespace ProxyHelper.EndToEnd.Daemon;

/// <summary>Tests that the daemon stays small on a machine with a large processor cache.</summary>
[Trait("Promise", "steady-memory")]
public sealed class DaemonMemoryTests(PublishedDaemon daemon)
{
    private const int Scrapes = 3000, Reloads = 300;
    private const int MaxMemory = 16 * 1024; // KiB

    private static readonly IPEndPoint _metrics = IPEndPoint.Parse("127.0.0.1:9114");

    [Theory]
    [InlineData(1)]
    [InlineData(500)]
    public async Task Scrapes_and_reloads_do_not_add_up(int proxies)
    {
        using var network = RouterNetwork.Create();
        string configuration = daemon.NewPath();
        await File.WriteAllLinesAsync(
            configuration,
            [
                $"metrics = {_metrics}", "tcp-port = 114", "verbose = yes",
                .. Enumerable.Range(0, proxies).Select(i => $"allow = 10.0.{i / 250}.{1 + (i % 250)}"),
            ],
            Patience.Token());
        using RunningProgram program = await DaemonOnRouter.StartAsync(network, daemon, "-c", configuration);
        for (int i = 0; i < Scrapes; i++)
        {
            await ScrapeAsync(network);
        }

        for (int i = 1; i <= Reloads; i++)
        {
            program.Signal(PosixSignal.SIGHUP);
            program.AwaitTimes(i, "The configuration was reloaded.");
        }

        Assert.InRange(ReadMemory(program), 1, MaxMemory);
    }

    private static async Task ScrapeAsync(RouterNetwork network)
    {
        using Socket client = network.Router.OpenSocket(IPEndPoint.Parse("127.0.0.1:0"), SocketType.Stream);
        await client.ConnectAsync(_metrics, Patience.Token());
        await client.SendAsync(
            Encoding.ASCII.GetBytes("GET /metrics HTTP/1.1\r\nHost: router\r\n\r\n"), Patience.Token());
        string response = await UserConnection.ReadToEndAsync(client);
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", response, StringComparison.Ordinal);
    }

    private static int ReadMemory(RunningProgram program)
    {
        string line = File.ReadLines($"/proc/{program.Id}/status")
            .Single(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return int.Parse(line["VmRSS:".Length..^"kB".Length].Trim(), CultureInfo.InvariantCulture);
    }
}
