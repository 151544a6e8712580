using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using ProxyHelper.Addresses;
using Xunit;

namespace ProxyHelper.EndToEnd.Load;

/// <summary>
/// Tests floods from other hosts, larger than the daemon can answer, while a proxy sends queries.
/// PROXYHELPER_FLOOD_SECONDS is the duration of a flood. The default is 5 seconds.
/// </summary>
[Trait("Promise", "flood-isolation")]
[Trait("Promise", "steady-memory")]
[Trait("Promise", "bounded-flood")]
public sealed partial class FloodTests(PublishedDaemon daemon)
{
    private const string Proxy = "194.0.22.9";

    private static readonly TimeSpan _lookupTimeout = TimeSpan.FromSeconds(10); // timeout_lookup of smtp-gated

    private static readonly byte[] _query = Own(Proxy);

    private static readonly TimeSpan _duration = TimeSpan.FromSeconds(int.Parse(
        Environment.GetEnvironmentVariable("PROXYHELPER_FLOOD_SECONDS") ?? "5", CultureInfo.InvariantCulture));

    [Fact]
    public Task A_flood_of_garbage_costs_a_proxy_no_query() => WithFloodAsync(
        [],
        source =>
        [
            [], [1], new byte[66], new byte[1400], Own(source)[..65], Own(Proxy),
            Own(source).Select((value, i) => i == 12 ? (byte)9 : value).ToArray(),
        ],
        "Refused a malformed query from",
        "about a connection of another host");

    [Fact]
    public Task A_flood_of_refused_queries_costs_an_allowed_proxy_no_query() => WithFloodAsync(
        ["--allow", Proxy],
        source => [Own(source)],
        "which is not an allowed proxy");

    /// <summary>Floods the daemon. The proxy gets each reply within the first time-out of smtp-gated.</summary>
    private async Task WithFloodAsync(string[] arguments, Func<string, byte[][]> datagramsOf, params string[] lines)
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, TrackedConnection.Flow);
        using RunningProgram program = await DaemonOnRouter.StartAsync(network, daemon, arguments);
        using Socket proxy = DaemonOnRouter.OpenProxySocket(network);
        byte[] found = TrackedConnection.Found(_query);
        long answered = 0, sent;
        var clock = Stopwatch.StartNew();
        using (var flood = new Flood(network.User, ["10.1.1.1", "10.1.1.2", "10.1.1.3"], datagramsOf))
        {
            using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(1)); // a tenth of the default rate limit
            while (clock.Elapsed < _duration)
            {
                await pace.WaitForNextTickAsync();
                Assert.Equal(found, await QueryOnceAsync(proxy, program));
                answered++;
            }

            answered += await OverflowAsync(program, flood, proxy, found);
            sent = flood.Sent;
        }

        // With each query the daemon reads at least a batch of the flood's queue. After these queries it has read the
        // last datagram of the flood, which carries the number of drops.
        const int batches = 200;
        for (int i = 0; i < batches; i++, answered++)
        {
            Assert.Equal(found, await QueryOnceAsync(proxy, program));
        }

        int peak = ProcessState.PeakKibibytes(program.Id); // read while the process runs
        program.Signal(PosixSignal.SIGTERM);
        Assert.Equal(0, await program.ExitAsync());

        Assert.InRange(peak, 1, 11 * 1024);
        AssertCounts(program, answered, sent);
        AssertLog(program, lines);
    }

    /// <summary>The log has the lines, and stays short during a flood.</summary>
    private static void AssertLog(RunningProgram program, string[] lines)
    {
        Assert.All(lines, line => Assert.Contains(line, program.Output, StringComparison.Ordinal));
        Assert.InRange(program.Output.Split('\n').Length, 1, 10 + (6 * (int)(_duration.TotalSeconds / 10 + 1)));
    }

    /// <summary>The daemon counts each query exactly once, and the datagrams of the flood that it never read.</summary>
    private static void AssertCounts(RunningProgram program, long answered, long sent)
    {
        TestContext.Current.SendDiagnosticMessage(
            $"{answered} replies during {sent} flood datagrams; {program.Output}");
        Assert.Equal(answered, ReadNumber(program, "found"));
        Assert.Equal(
            ReadNumber(program, "queries"),
            answered + ReadNumber(program, "refused") + ReadNumber(program, "malformed") + ReadNumber(program, "late"));
        Assert.InRange(ReadNumber(program, "dropped from full queues"), 10_000, sent);
    }

    /// <summary>Pauses the daemon until the flood has overflowed its queue. The proxy still has room.</summary>
    /// <returns>The number of replies.</returns>
    private static async Task<int> OverflowAsync(RunningProgram program, Flood flood, Socket proxy, byte[] found)
    {
        const int capacity = 20_000; // datagrams, more than any queue holds
        program.Pause();
        long before = flood.Sent;
        Assert.True(SpinWait.SpinUntil(() => flood.Sent - before > capacity, Patience.Limit));
        await proxy.SendAsync(_query, Patience.Token());
        program.Resume();
        Assert.Equal(found, await DaemonOnRouter.ReceiveAsync(proxy));
        before = flood.Sent;
        Assert.True(SpinWait.SpinUntil(() => flood.Sent - before > capacity, Patience.Limit)); // with the drop count
        await program.AwaitAsync("A queue was full");
        return 1;
    }

    /// <summary>Sends a query and fails when smtp-gated would repeat the query.</summary>
    private static async Task<byte[]> QueryOnceAsync(Socket proxy, RunningProgram program)
    {
        byte[] buffer = new byte[256];
        await proxy.SendAsync(_query, Patience.Token());
        using var timeout = new CancellationTokenSource(_lookupTimeout);
        try
        {
            return buffer[..await proxy.ReceiveAsync(buffer, timeout.Token)];
        }
        catch (OperationCanceledException)
        {
            program.Signal(PosixSignal.SIGTERM);
            await program.ExitAsync();
            throw new TimeoutException($"A query got no reply: {program.Output}");
        }
    }

    private static byte[] Own(string address) =>
        QueryDatagram.Query(TransportEndPoint.Parse("194.0.1.1:3527"), TransportEndPoint.Parse($"{address}:9199"));

    /// <summary>Returns a number in the last line of the daemon.</summary>
    private static long ReadNumber(RunningProgram program, string what) =>
        long.Parse(LastLine().Match(program.Output).Groups[what.Replace(' ', '_')].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(
        @"Stopped\. Counters since the start: (?<queries>\d+) queries, (?<found>\d+) found, .* "
        + @"(?<refused>\d+) refused, (?<malformed>\d+) malformed, (?<late>\d+) late, "
        + @"(?<dropped_from_full_queues>\d+) dropped from full queues")]
    private static partial Regex LastLine();
}
