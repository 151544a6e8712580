using Xunit;

namespace ProxyHelper.EndToEnd.Relay.Cases;

/// <summary>Tests that every byte arrives, and that a reader that stops does not fill the relay's memory.</summary>
[Trait("Promise", "relay-bytes")]
public sealed class TransferTests(PublishedDaemon daemon)
{
    private const int Streams = 6;
    private const int StreamSize = 20_000_000;

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    public async Task Six_connections_carry_20_MB_each_in_both_directions_at_once(string workers)
    {
        using var network = CaseNetwork.Create();
        using CaseHelper helper = network.OpenFinder();
        using var target = CaseTarget.Open(network);
        using RunningProgram relay = await network.StartRelayAsync(daemon, "--workers", workers);
        var pairs = new List<RelayedPair>();
        for (int i = 0; i < Streams; i++)
        {
            pairs.Add(await RelayedPair.OpenAsync(network, target));
        }

        await Task.WhenAll(pairs.Select((pair, i) => pair.ExchangeAsync(2 * i, StreamSize, Task.CompletedTask)));

        await RelayMetrics.AwaitAsync(network, RelayMetrics.Outcome("finished"), Streams);
        pairs.ForEach(pair => pair.Dispose());
    }

    [Fact]
    [Trait("Promise", "relay-memory")]
    public async Task Readers_that_stop_hold_the_senders_and_the_memory_stays_bounded()
    {
        const int connections = 20;
        const int largestGrowth = 8 * 1024; // KiB: 64 KiB for each direction are 2.5 MiB in all
        using var network = CaseNetwork.Create();
        network.LimitBuffers();
        using CaseHelper helper = network.OpenFinder();
        using var target = CaseTarget.Open(network);
        using RunningProgram relay = await network.StartRelayAsync(daemon);
        var pairs = new List<RelayedPair>();
        for (int i = 0; i < connections; i++)
        {
            pairs.Add(await RelayedPair.OpenAsync(network, target));
        }

        int before = ProcessState.ResidentKibibytes(relay.Id);
        Task<HashedBytes>[] up = [.. pairs.Select((pair, i) => HashedStream.SendAsync(pair.User, i, StreamSize))];
        Task<HashedBytes>[] down = [.. pairs.Select((pair, i) => HashedStream.SendAsync(pair.Target, -i, StreamSize))];
        await AwaitStillAsync(network);

        Assert.All([.. up, .. down], sending => Assert.False(sending.IsCompleted));
        Assert.InRange(ProcessState.ResidentKibibytes(relay.Id) - before, int.MinValue, largestGrowth);

        // The readers continue, and every byte arrives.
        HashedBytes[] atTargets = await Task.WhenAll(pairs.Select(pair => HashedStream.ReceiveAsync(pair.Target)));
        HashedBytes[] atUsers = await Task.WhenAll(pairs.Select(pair => HashedStream.ReceiveAsync(pair.User)));
        Assert.Equal(await Task.WhenAll(up), atTargets);
        Assert.Equal(await Task.WhenAll(down), atUsers);
        Assert.InRange(ProcessState.PeakKibibytes(relay.Id) - before, int.MinValue, largestGrowth);
        pairs.ForEach(pair => pair.Dispose());
    }

    [Fact]
    public async Task A_stopped_reader_does_not_delay_another_connection()
    {
        using var network = CaseNetwork.Create();
        network.LimitBuffers();
        using CaseHelper helper = network.OpenFinder();
        using var target = CaseTarget.Open(network);
        using RunningProgram relay = await network.StartRelayAsync(daemon);
        using RelayedPair stopped = await RelayedPair.OpenAsync(network, target);
        Task<HashedBytes> sending = HashedStream.SendAsync(stopped.User, seed: 1, StreamSize);
        await AwaitStillAsync(network);

        using RelayedPair other = await RelayedPair.OpenAsync(network, target);
        await other.ExchangeAsync(seed: 2, StreamSize, Task.CompletedTask);

        Assert.False(sending.IsCompleted);
        Assert.Equal((await HashedStream.ReceiveAsync(stopped.Target)).Count, (await sending).Count);
    }

    /// <summary>Waits until the relay passes no more bytes.</summary>
    private static async Task AwaitStillAsync(CaseNetwork network)
    {
        TimeSpan pause = TimeSpan.FromMilliseconds(300);
        CancellationToken patience = Patience.Token();
        double last = -1, now;
        while ((now = await RelayMetrics.ReadBytesAsync(network)) != last)
        {
            last = now;
            await Task.Delay(pause, patience);
        }
    }
}
