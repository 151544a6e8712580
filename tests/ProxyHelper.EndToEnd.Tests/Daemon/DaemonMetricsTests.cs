using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.EndToEnd.Daemon;

/// <summary>Tests the counters that Prometheus reads.</summary>
public sealed partial class DaemonMetricsTests(PublishedDaemon daemon)
{
    private static readonly IPEndPoint _metrics = IPEndPoint.Parse("127.0.0.1:9114");

    private static readonly byte[] _query = TrackedConnection.Query();

    [Fact]
    public async Task A_scrape_returns_the_counters()
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, TrackedConnection.Flow);
        using RunningProgram program = await DaemonOnRouter.StartAsync(network, daemon, "--metrics", $"{_metrics}");
        using HttpClient client = OpenClient(network);
        Assert.All(
            Parse(await ScrapeAsync(client)).Where(sample => sample.Key.Contains("_total", StringComparison.Ordinal)),
            sample => Assert.Equal(0, sample.Value));
        using Socket proxy = DaemonOnRouter.OpenProxySocket(network);
        await DaemonOnRouter.ExchangeAsync(proxy, _query);
        await DaemonOnRouter.ExchangeAsync(proxy, _query);
        await proxy.SendAsync(_query.AsMemory(0, 65), Patience.Token());
        await program.AwaitAsync("Refused a malformed query");

        Dictionary<string, double> samples = Parse(await ScrapeAsync(client));

        Assert.Equal(2, samples["proxyhelper_queries_total{outcome=\"found\"}"]);
        Assert.Equal(1, samples["proxyhelper_queries_total{outcome=\"malformed\"}"]);
        Assert.Equal(0, samples["proxyhelper_queries_total{outcome=\"not_found\"}"]);
        Assert.InRange(samples["proxyhelper_query_duration_seconds{quantile=\"0.5\"}"], double.Epsilon, 60);
        Assert.InRange(samples["proxyhelper_uptime_seconds"], double.Epsilon, 600);
        Assert.Equal(
            CountersPage.Metrics(CountersPage.Helper).Order(StringComparer.Ordinal),
            samples.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    [Trait("Promise", "metrics-clients")]
    public async Task A_bad_request_is_refused_and_the_next_scrape_is_served()
    {
        using var network = RouterNetwork.Create();
        using RunningProgram program = await DaemonOnRouter.StartAsync(network, daemon, "--metrics", $"{_metrics}");
        using HttpClient client = OpenClient(network);
        using HttpResponseMessage other = await client.GetAsync(new Uri("/other", UriKind.Relative), Patience.Token());
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
        using HttpResponseMessage post = await client.PostAsync(
            new Uri("/metrics", UriKind.Relative), new StringContent("x"), Patience.Token());
        Assert.Equal(HttpStatusCode.MethodNotAllowed, post.StatusCode);
        foreach (string request in (string[])["\r\n\r\n", "GET\r\n\r\n", "GET /metrics", new string('x', 100_000)])
        {
            using Socket socket = network.Router.OpenSocket(IPEndPoint.Parse("127.0.0.1:0"), SocketType.Stream);
            await socket.ConnectAsync(_metrics, Patience.Token());
            await SendAsync(socket, request);
        }

        Assert.NotEmpty(Parse(await ScrapeAsync(client)));
    }

    [Fact]
    [Trait("Promise", "metrics-clients")]
    public async Task A_silent_client_delays_neither_scrapes_nor_queries()
    {
        using var network = RouterNetwork.Create();
        using RunningProgram program = await DaemonOnRouter.StartAsync(network, daemon, "--metrics", $"{_metrics}");
        using Socket silent = network.Router.OpenSocket(IPEndPoint.Parse("127.0.0.1:0"), SocketType.Stream);
        await silent.ConnectAsync(_metrics, Patience.Token());
        using Socket proxy = DaemonOnRouter.OpenProxySocket(network);

        Assert.Equal(QueryDatagram.Size, (await DaemonOnRouter.ExchangeAsync(proxy, _query)).Length);
        using HttpClient client = OpenClient(network);
        Assert.NotEmpty(Parse(await ScrapeAsync(client)));
    }

    [Fact]
    public async Task A_port_in_use_is_reported()
    {
        using var network = RouterNetwork.Create();
        using Socket other = network.Router.OpenSocket(_metrics, SocketType.Stream);
        other.Listen();

        using RunningProgram program = DaemonOnRouter.Begin(
            network, daemon, "-I", "194.0.1.1", "--metrics", $"{_metrics}");

        Assert.Equal(1, await program.ExitAsync());
        Assert.Contains($"bind {_metrics} (TCP): Address already in use", program.Output, StringComparison.Ordinal);
    }

    private static HttpClient OpenClient(RouterNetwork network) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellation) =>
        {
            Socket socket = network.Router.OpenSocket(IPEndPoint.Parse("127.0.0.1:0"), SocketType.Stream);
            await socket.ConnectAsync(_metrics, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    {
        BaseAddress = new Uri($"http://{_metrics}"),
        Timeout = Patience.Limit,
    };

    private static async Task<string> ScrapeAsync(HttpClient client)
    {
        using HttpResponseMessage response = await client.GetAsync(
            new Uri("/metrics", UriKind.Relative), Patience.Token());
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        return await response.Content.ReadAsStringAsync(Patience.Token());
    }

    /// <summary>Reads the text format of Prometheus. A family must be declared once, just before its samples.</summary>
    private static Dictionary<string, double> Parse(string text)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        var samples = new Dictionary<string, double>();
        var families = new HashSet<string>();
        string family = string.Empty, help = string.Empty;
        foreach (string line in text.TrimEnd('\n').Split('\n'))
        {
            if (HelpLine().Match(line) is { Success: true } helpLine)
            {
                help = helpLine.Groups[1].Value;
            }
            else if (TypeLine().Match(line) is { Success: true } typeLine)
            {
                family = typeLine.Groups[1].Value;
                Assert.Equal(help, family);
                Assert.True(families.Add(family));
                Assert.Equal(
                    typeLine.Groups[2].Value == "counter", family.EndsWith("_total", StringComparison.Ordinal));
            }
            else
            {
                Match sample = SampleLine().Match(line);
                Assert.True(sample.Success, line);
                Assert.Equal(family, sample.Groups[2].Value);
                samples.Add(
                    sample.Groups[1].Value,
                    double.Parse(sample.Groups[3].Value, NumberStyles.Float, CultureInfo.InvariantCulture));
            }
        }

        return samples;
    }

    private static async Task SendAsync(Socket socket, string request)
    {
        try
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes(request), Patience.Token());
            socket.Shutdown(SocketShutdown.Send);
            await socket.ReceiveAsync(new byte[4096], Patience.Token());
        }
        catch (SocketException)
        {
            // The daemon may refuse the request before all of the request is sent.
        }
    }

    [GeneratedRegex(@"^# HELP ([a-z_]+) [^\\]+$")]
    private static partial Regex HelpLine();

    [GeneratedRegex(@"^# TYPE ([a-z_]+) (counter|gauge)$")]
    private static partial Regex TypeLine();

    [GeneratedRegex(@"^(([a-z_]+)(?:\{[a-z]+=""[a-z0-9._]+""\})?) (\S+)$")]
    private static partial Regex SampleLine();
}
