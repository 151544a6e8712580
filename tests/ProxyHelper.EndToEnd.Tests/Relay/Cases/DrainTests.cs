using System.Net.Sockets;
using System.Runtime.InteropServices;
using Xunit;

namespace ProxyHelper.EndToEnd.Relay.Cases;

/// <summary>Tests how the relay ends: connections finish, and no byte is lost.</summary>
[Trait("Promise", "relay-stop")]
public sealed class DrainTests(PublishedDaemon daemon)
{
    private const int Connections = 8;
    private const int SizeAfterStop = 4_000_000;

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    public async Task Connections_under_load_finish_after_SIGTERM_and_lose_no_byte(string workers)
    {
        using var network = CaseNetwork.Create();
        using CaseHelper helper = network.OpenFinder();
        using var target = CaseTarget.Open(network);
        using RunningProgram relay = await network.StartRelayAsync(daemon, "--workers", workers);
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var pairs = new List<RelayedPair>();
        for (int i = 0; i < Connections; i++)
        {
            pairs.Add(await RelayedPair.OpenAsync(network, target));
        }

        Task[] transfers = [.. pairs.Select((pair, i) => pair.ExchangeAsync(2 * i, SizeAfterStop, stopped.Task))];

        relay.Signal(PosixSignal.SIGTERM);
        await AwaitRefusalAsync(network);
        stopped.SetResult();

        await Task.WhenAll(transfers);
        pairs.ForEach(pair => pair.Dispose());
        Assert.True(await relay.ExitAsync() == 0, relay.Output);
    }

    [Fact]
    public async Task A_connection_whose_query_is_open_at_SIGTERM_is_served()
    {
        using var network = CaseNetwork.Create();
        using CaseHelper helper = network.OpenHelper();
        using var target = CaseTarget.Open(network);
        using RunningProgram relay = await network.StartRelayAsync(daemon);
        using Socket user = await network.ConnectAsync();
        ReceivedQuery query = await helper.ReceiveAsync();

        relay.Signal(PosixSignal.SIGTERM);
        await AwaitRefusalAsync(network);
        helper.Send(query, query.Found(OriginalEnds.Of(user)));

        using TargetConnection accepted = await target.AcceptAsync();
        using var pair = new RelayedPair(user, accepted.Socket);
        await pair.AssertRelaysAsync();
        await pair.FinishAsync();
        Assert.True(await relay.ExitAsync() == 0, relay.Output);
    }

    [Fact]
    public async Task A_connection_that_is_open_at_the_end_of_the_drain_time_is_reset()
    {
        using var network = CaseNetwork.Create();
        using CaseHelper helper = network.OpenFinder();
        using var target = CaseTarget.Open(network);
        using RunningProgram relay = await network.StartRelayAsync(daemon, "--drain", "1");
        using RelayedPair pair = await RelayedPair.OpenAsync(network, target);

        relay.Signal(PosixSignal.SIGTERM);

        await RelayedPair.AssertResetAsync(pair.User);
        await RelayedPair.AssertResetAsync(pair.Target);
        Assert.True(await relay.ExitAsync() == 0, relay.Output);
    }

    [Fact]
    public async Task A_second_SIGTERM_ends_the_drain()
    {
        using var network = CaseNetwork.Create();
        using CaseHelper helper = network.OpenFinder();
        using var target = CaseTarget.Open(network);
        using RunningProgram relay = await network.StartRelayAsync(daemon, "--drain", "86400");
        using RelayedPair pair = await RelayedPair.OpenAsync(network, target);
        relay.Signal(PosixSignal.SIGTERM);
        await AwaitRefusalAsync(network);
        await pair.AssertRelaysAsync();

        relay.Signal(PosixSignal.SIGTERM);

        await RelayedPair.AssertResetAsync(pair.User);
        await RelayedPair.AssertResetAsync(pair.Target);
        Assert.True(await relay.ExitAsync() == 0, relay.Output);
    }

    /// <summary>Waits until the relay accepts no more connections.</summary>
    private static async Task AwaitRefusalAsync(CaseNetwork network)
    {
        CancellationToken patience = Patience.Token();
        while (await network.TryConnectAsync())
        {
            patience.ThrowIfCancellationRequested();
        }
    }
}
