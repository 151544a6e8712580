using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using ProxyHelper.Addresses;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.EndToEnd;

/// <summary>
/// More than can be answered, from other hosts, beside a proxy's queries. PROXYHELPER_FLOOD_SECONDS makes each flood longer than
/// the five seconds that it lasts by default.
/// </summary>
public sealed partial class FloodTests(PublishedDaemon daemon)
{
    private const string Proxy = "194.0.22.9";

    private static readonly ConntrackFlow _flow = ConntrackFlow.Tcp(
        "10.1.1.1:20000", "4.1.1.2:25", "194.0.22.9:9199", "194.0.1.1:3527");

    private static readonly TimeSpan _lookupTimeout = TimeSpan.FromSeconds(10); // smtp-gated's timeout_lookup

    private static readonly byte[] _query = Own(Proxy);

    private static readonly TimeSpan _duration = TimeSpan.FromSeconds(
        int.Parse(Environment.GetEnvironmentVariable("PROXYHELPER_FLOOD_SECONDS") ?? "5", CultureInfo.InvariantCulture));

    [Fact]
    public Task Garbage_costs_a_proxy_no_query() => WithFloodAsync(
        [],
        source => [[], [1], new byte[66], new byte[1400], Own(source)[..65], Own(Proxy), Own(source).Select((value, i) => i == 12 ? (byte)9 : value).ToArray()],
        "that is no query",
        "about a connection that is not its own");

    [Fact]
    public Task Queries_of_hosts_that_may_not_ask_cost_an_allowed_proxy_none() => WithFloodAsync(
        ["--allow", Proxy],
        source => [Own(source)],
        "which is not among the allowed proxies");

    /// <summary>Floods the daemon, while the proxy asks and is answered each time within smtp-gated's first time-out.</summary>
    private async Task WithFloodAsync(string[] arguments, Func<string, byte[][]> datagramsOf, params string[] told)
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, _flow);
        using RunningProgram program = await DaemonOnRouter.StartAsync(network, daemon, arguments);
        using Socket asker = DaemonOnRouter.OpenAsker(network);
        byte[] found = QueryDatagram.Found(_query, TransportEndPoint.Parse("10.1.1.1:20000"), TransportEndPoint.Parse("4.1.1.2:25"));
        long asked = 0, sent;
        var clock = Stopwatch.StartNew();
        using (var flood = new Flood(network.User, ["10.1.1.1", "10.1.1.2", "10.1.1.3"], datagramsOf))
        {
            using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(1)); // a thousand a second, a tenth of the rate limit
            while (clock.Elapsed < _duration)
            {
                await pace.WaitForNextTickAsync();
                Assert.Equal(found, await AskOnceAsync(asker, program));
                asked++;
            }

            asked += await OverflowAsync(program, flood, asker, found);
            sent = flood.Sent;
        }

        // With each query at least a batch of the flood's queue is read; so afterwards its last datagram has told of the drops.
        const int batches = 200;
        for (int i = 0; i < batches; i++, asked++)
        {
            Assert.Equal(found, await AskOnceAsync(asker, program));
        }

        int peak = ProcessState.PeakKibibytes(program.Id); // as long as there is a process
        program.Signal(PosixSignal.SIGTERM);
        Assert.Equal(0, await program.ExitAsync());

        TestContext.Current.SendDiagnosticMessage($"{asked} answered beside {sent} others; {program.Output}");
        Assert.InRange(peak, 1, 8 * 1024);
        Assert.Equal(asked, Number(program, "found"));
        Assert.Equal(Number(program, "queries"), asked + Number(program, "refused") + Number(program, "malformed") + Number(program, "late"));
        Assert.InRange(Number(program, "dropped from full queues"), 10_000, sent);
        Assert.All(told, words => Assert.Contains(words, program.Output, StringComparison.Ordinal));
        Assert.InRange(program.Output.Split('\n').Length, 1, 10 + (6 * (int)(_duration.TotalSeconds / 10 + 1)));
    }

    /// <summary>Keeps the daemon from running until its queue for such datagrams has overflowed; then a proxy's query still has room.</summary>
    /// <returns>How many queries were answered.</returns>
    private static async Task<int> OverflowAsync(RunningProgram program, Flood flood, Socket asker, byte[] found)
    {
        const int more = 20_000; // than any queue has room for
        program.Pause();
        long before = flood.Sent;
        Assert.True(SpinWait.SpinUntil(() => flood.Sent - before > more, Patience.Limit));
        await asker.SendAsync(_query, Patience.Token());
        program.Resume();
        Assert.Equal(found, await DaemonOnRouter.ReceiveAsync(asker));
        before = flood.Sent;
        Assert.True(SpinWait.SpinUntil(() => flood.Sent - before > more, Patience.Limit)); // what is queued now tells of the drops
        await program.AwaitAsync("A queue was full");
        return 1;
    }

    /// <summary>Sends a query, and gives up when smtp-gated would send it again.</summary>
    private static async Task<byte[]> AskOnceAsync(Socket asker, RunningProgram program)
    {
        byte[] buffer = new byte[256];
        await asker.SendAsync(_query, Patience.Token());
        using var timeout = new CancellationTokenSource(_lookupTimeout);
        try
        {
            return buffer[..await asker.ReceiveAsync(buffer, timeout.Token)];
        }
        catch (OperationCanceledException)
        {
            program.Signal(PosixSignal.SIGTERM);
            await program.ExitAsync();
            throw new TimeoutException($"a query was not answered: {program.Output}");
        }
    }

    private static byte[] Own(string address) =>
        QueryDatagram.Query(TransportEndPoint.Parse("194.0.1.1:3527"), TransportEndPoint.Parse($"{address}:9199"));

    /// <summary>A number of the daemon's last line.</summary>
    private static long Number(RunningProgram program, string what) =>
        long.Parse(LastLine().Match(program.Output).Groups[what.Replace(' ', '_')].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex("stopped after (?<queries>\\d+) queries, (?<found>\\d+) found, .* (?<refused>\\d+) refused, (?<malformed>\\d+) malformed, (?<late>\\d+) late, (?<dropped_from_full_queues>\\d+) dropped from full queues")]
    private static partial Regex LastLine();
}
