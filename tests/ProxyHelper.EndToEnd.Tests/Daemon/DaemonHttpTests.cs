using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace ProxyHelper.EndToEnd.Daemon;

/// <summary>Tests the server of the counters byte by byte, and with clients that misbehave.</summary>
[Trait("Promise", "metrics-clients")]
public sealed class DaemonHttpTests(PublishedDaemon daemon)
{
    private const string Scrape = "GET /metrics HTTP/1.1\r\nHost: router\r\n\r\n";

    private static readonly IPEndPoint _metrics = IPEndPoint.Parse("127.0.0.1:9114");

    [Theory]
    [InlineData("200 OK", Scrape)]
    [InlineData("200 OK", "GET /metrics?a=b HTTP/1.1\r\nHost: router\r\n\r\n")]
    [InlineData("200 OK", "GET http://127.0.0.1:9114/metrics HTTP/1.1\r\nHost: 127.0.0.1:9114\r\n\r\n")]
    [InlineData("200 OK", "GET /metrics HTTP/1.0\r\n\r\n")]
    [InlineData("200 OK", "HEAD /metrics HTTP/1.1\r\nHost: router\r\n\r\n")]
    [InlineData("400 Bad Request", "GET /metrics HTTP/1.1\r\n\r\n")]
    [InlineData("400 Bad Request", "HEAD /metrics HTTP/1.1\r\n\r\n")]
    [InlineData("404 Not Found", "GET /other HTTP/1.1\r\nHost: router\r\n\r\n")]
    [InlineData("405 Method Not Allowed", "PUT /metrics HTTP/1.1\r\nHost: router\r\nContent-Length: 3\r\n\r\nabc")]
    [InlineData("505 HTTP Version Not Supported", "GET /metrics HTTP/3.0\r\nHost: router\r\n\r\n")]
    public async Task A_response_is_complete_and_the_connection_ends(string status, string request)
    {
        using var network = RouterNetwork.Create();
        using RunningProgram program = await DaemonOnRouter.StartAsync(network, daemon, "--metrics", $"{_metrics}");

        string response = await ExchangeAsync(network, Encoding.ASCII.GetBytes(request));

        string[] parts = response.Split("\r\n\r\n", 2);
        string[] headers = parts[0].Split("\r\n");
        Assert.Equal($"HTTP/1.1 {status}", headers[0]);
        Assert.Contains("Connection: close", headers);
        Assert.Equal(status.StartsWith("405", StringComparison.Ordinal), headers.Contains("Allow: GET, HEAD"));
        Assert.Contains(headers, header => header.StartsWith("Date: ", StringComparison.Ordinal)
            && DateTimeOffset.TryParseExact(header[6..], "r", null, default, out _));
        const string name = "Content-Length: ";
        string size = Assert.Single(headers, header => header.StartsWith(name, StringComparison.Ordinal));
        int length = int.Parse(size[name.Length..], CultureInfo.InvariantCulture);
        bool isHead = request.StartsWith("HEAD", StringComparison.Ordinal);
        Assert.True(length > 0);
        Assert.Equal(isHead ? 0 : length, parts[1].Length);
        bool hasCounters = parts[1].Contains("proxyhelper_queries_total", StringComparison.Ordinal);
        Assert.Equal(status == "200 OK" && !isHead, hasCounters);
    }

    [Fact]
    public async Task Pieces_and_a_second_request_get_one_response()
    {
        using var network = RouterNetwork.Create();
        using RunningProgram program = await DaemonOnRouter.StartAsync(network, daemon, "--metrics", $"{_metrics}");
        using Socket client = await ConnectAsync(network);
        client.NoDelay = true;
        foreach (byte one in Encoding.ASCII.GetBytes(Scrape))
        {
            await client.SendAsync(new[] { one }, Patience.Token());
        }

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", await UserConnection.ReadToEndAsync(client), StringComparison.Ordinal);
        string response = await ExchangeAsync(network, Encoding.ASCII.GetBytes(Scrape + Scrape + Scrape));
        Assert.Single(response.Split("HTTP/1.1 200 OK").Skip(1));
    }

    [Fact]
    public async Task A_request_without_end_is_refused_by_its_size()
    {
        using var network = RouterNetwork.Create();
        using RunningProgram program = await DaemonOnRouter.StartAsync(network, daemon, "--metrics", $"{_metrics}");
        string part = new('x', 8192);

        Assert.StartsWith(
            "HTTP/1.1 414 URI Too Long\r\n",
            await ExchangeAsync(network, Encoding.ASCII.GetBytes($"GET /{part}")), StringComparison.Ordinal);
        Assert.StartsWith(
            "HTTP/1.1 431 Request Header Fields Too Large\r\n",
            await ExchangeAsync(network, Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nX: {part}")),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10, "")]
    [InlineData(100, "")]
    [InlineData(300, "GET /metrics HTTP/1.1\r\nHost: ro")]
    public async Task Clients_that_do_not_finish_do_not_delay_a_scrape(int count, string beginning)
    {
        using var network = RouterNetwork.Create();
        using RunningProgram program = await DaemonOnRouter.StartAsync(network, daemon, "--metrics", $"{_metrics}");
        var idle = new List<Socket>();
        try
        {
            for (int i = 0; i < count; i++)
            {
                idle.Add(await ConnectAsync(network));
                await idle[i].SendAsync(Encoding.ASCII.GetBytes(beginning), Patience.Token());
            }

            Assert.StartsWith(
                "HTTP/1.1 200 OK\r\n",
                await ExchangeAsync(network, Encoding.ASCII.GetBytes(Scrape)), StringComparison.Ordinal);
            Assert.Contains(idle, socket => !socket.Poll(0, SelectMode.SelectRead)); // still open
            string late = await UserConnection.ReadToEndAsync(idle[^1]); // until the time limit
            Assert.DoesNotContain("200 OK", late, StringComparison.Ordinal);
        }
        finally
        {
            idle.ForEach(socket => socket.Dispose());
        }
    }

    private static async Task<Socket> ConnectAsync(RouterNetwork network)
    {
        Socket socket = network.Router.OpenSocket(IPEndPoint.Parse("127.0.0.1:0"), SocketType.Stream);
        await socket.ConnectAsync(_metrics, Patience.Token());
        return socket;
    }

    private static async Task<string> ExchangeAsync(RouterNetwork network, byte[] request)
    {
        using Socket client = await ConnectAsync(network);
        await client.SendAsync(request, Patience.Token());
        return await UserConnection.ReadToEndAsync(client);
    }
}
