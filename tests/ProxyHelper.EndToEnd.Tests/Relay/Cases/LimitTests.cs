using System.Diagnostics;
using System.Net.Sockets;
using ProxyHelper.Benchmarks.Scaling.Measuring;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.EndToEnd.Relay.Cases;

/// <summary>Tests the limits of the relay: connections, descriptors, and queries.</summary>
public sealed class LimitTests(PublishedDaemon daemon)
{
    private const double LargestShare = 0.05; // of a processor
    private static readonly TimeSpan _measuredTime = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Connections_above_the_limit_wait_until_a_connection_ends()
    {
        const int limit = 4;
        using var network = CaseNetwork.Create();
        using CaseHelper helper = network.OpenFinder();
        using var target = CaseTarget.Open(network);
        using RunningProgram relay = await network.StartRelayAsync(daemon, "--max-connections", $"{limit}");
        var pairs = new List<RelayedPair>();
        for (int i = 0; i < limit; i++)
        {
            pairs.Add(await RelayedPair.OpenAsync(network, target));
        }

        using Socket waiting = await network.ConnectAsync(); // the kernel accepts the connection
        Assert.InRange(await MeasureShareAsync(relay), 0, LargestShare);
        Assert.False(target.HasConnection);
        await pairs[0].FinishAsync();

        using TargetConnection accepted = await target.AcceptAsync();
        Assert.Equal(OriginalEnds.Of(waiting), accepted.Ends);
        await new RelayedPair(waiting, accepted.Socket).AssertRelaysAsync();
        pairs.ForEach(pair => pair.Dispose());
    }

    [Fact]
    public async Task A_low_limit_of_descriptors_limits_the_connections_and_the_metrics_still_answer()
    {
        const int descriptors = 300, users = 100;
        using var network = CaseNetwork.Create();
        using CaseHelper helper = network.OpenFinder();
        using var target = EchoTarget.Start(network);
        using RunningProgram relay = await network.StartRelayAsync(daemon, descriptors);
        List<Socket> sockets = await ConnectAsync(network, users);
        await EchoTarget.AssertKnowsAsync(sockets[0]);

        Assert.InRange(await MeasureShareAsync(relay), 0, LargestShare);
        Assert.InRange(await RelayMetrics.ReadAsync(network, RelayMetrics.Accepted), 1, users - 1);
        Assert.Contains($"The limit of open files is {descriptors}", relay.Output, StringComparison.Ordinal);
        await EndAllAsync(sockets);
        await RelayMetrics.AwaitAsync(network, RelayMetrics.Outcome("finished"), users);
    }

    [Fact]
    [Trait("Promise", "relay-local-fault")]
    public async Task Without_descriptors_the_relay_waits_and_uses_hardly_any_processor_time()
    {
        const int users = 40;
        using var network = CaseNetwork.Create();
        using CaseHelper helper = network.OpenFinder();
        using var target = EchoTarget.Start(network);
        using RunningProgram relay = await network.StartRelayAsync(daemon);
        using Socket first = await network.ConnectAsync();
        await EchoTarget.AssertKnowsAsync(first);

        // The process may open a few more descriptors, as if the whole host had no more.
        int limit = ProcessState.Descriptors(relay.Id) + 7;
        Tool.Run("prlimit", "--pid", $"{relay.Id}", $"--nofile={limit}:");
        List<Socket> sockets = await ConnectAsync(network, users);
        await relay.AwaitAsync("A connection could not be accepted");
        Assert.InRange(await MeasureShareAsync(relay), 0, LargestShare);

        // As connections end, the others are served. No connection was accepted that lacks a descriptor.
        sockets.Insert(0, first);
        await EndAllAsync(sockets);
        await RelayMetrics.AwaitAsync(network, RelayMetrics.Outcome("finished"), users + 1);
    }

    [Fact]
    [Trait("Promise", "relay-query-limit")]
    public async Task Queries_above_the_limit_reset_their_connections_and_the_others_go_on()
    {
        const int limit = 3;
        using var network = CaseNetwork.Create();
        using CaseHelper helper = network.OpenHelper();
        using var target = CaseTarget.Open(network);
        using RunningProgram relay = await network.StartRelayAsync(daemon, "--max-queries", $"{limit}");
        var queries = new List<ReceivedQuery>();
        var users = new List<Socket>();
        for (int i = 0; i < limit; i++)
        {
            users.Add(await network.ConnectAsync());
            queries.Add(await helper.ReceiveAsync());
        }

        await network.AssertResetsAsync();

        await RelayMetrics.AwaitAsync(network, RelayMetrics.Outcome("too_many_queries"), 1);
        queries.ForEach(query => helper.Send(query, query.Found(OriginalEnds.Of(query.SourcePort))));
        for (int i = 0; i < limit; i++)
        {
            using TargetConnection accepted = await target.AcceptAsync();
        }

        helper.Serve(query => query.Found(OriginalEnds.Of(query.SourcePort)));
        using RelayedPair next = await RelayedPair.OpenAsync(network, target);
        await next.AssertRelaysAsync();
        users.ForEach(user => user.Dispose());
    }

    /// <summary>Returns the share of a processor that the relay uses while nothing happens.</summary>
    internal static async Task<double> MeasureShareAsync(RunningProgram relay)
    {
        double before = ProcessorTime.Microseconds(relay.Id);
        var clock = Stopwatch.StartNew();
        await Task.Delay(_measuredTime, Patience.Token());
        return (ProcessorTime.Microseconds(relay.Id) - before) / clock.Elapsed.TotalMicroseconds;
    }

    private static async Task<List<Socket>> ConnectAsync(CaseNetwork network, int count)
    {
        var sockets = new List<Socket>();
        for (int i = 0; i < count; i++)
        {
            sockets.Add(await network.ConnectAsync());
        }

        return sockets;
    }

    /// <summary>Ends each connection after its target has answered. The first one has been answered before.</summary>
    private static async Task EndAllAsync(List<Socket> sockets)
    {
        for (int i = 0; i < sockets.Count; i++)
        {
            if (i > 0)
            {
                await EchoTarget.AssertKnowsAsync(sockets[i]);
            }

            sockets[i].Shutdown(SocketShutdown.Send);
            await RelayedPair.AssertEndsAsync(sockets[i]);
            sockets[i].Dispose();
        }
    }
}
