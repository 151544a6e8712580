using System.Globalization;
using System.Net.Sockets;
using Xunit;

namespace ProxyHelper.EndToEnd.Relay.Cases;

/// <summary>
/// Tests what connections cost that send nothing. The test needs nearly all descriptors of this process, so that it
/// runs alone.
/// </summary>
[CollectionDefinition(nameof(IdleTests), DisableParallelization = true)]
[Collection(nameof(IdleTests))]
[Trait("Promise", "relay-memory")]
public sealed class IdleTests(PublishedDaemon daemon)
{
    private const int Connections = 10_000;
    private const int SpareDescriptors = 400;
    private const int Batch = 50;
    private const double LargestMemory = 1.0; // KiB for each connection
    private const double LargestShare = 0.05; // of a processor

    /// <summary>
    /// Opens as many connections as the hard limit of descriptors allows. The relay needs two for each, and so does
    /// this process.
    /// </summary>
    [Fact]
    public async Task Ten_thousand_idle_connections_need_little_memory_and_hardly_any_processor_time()
    {
        int connections = Math.Min(Connections, (ReadDescriptorLimit() - SpareDescriptors) / 2);
        using var network = CaseNetwork.Create();
        using CaseHelper helper = network.OpenFinder();
        using var target = CaseTarget.Open(network);
        using RunningProgram relay = await network.StartRelayAsync(daemon);
        using (RelayedPair first = await RelayedPair.OpenAsync(network, target))
        {
            await first.FinishAsync();
        }

        int before = ProcessState.ResidentKibibytes(relay.Id);
        var pairs = new List<RelayedPair>();
        while (pairs.Count < connections)
        {
            pairs.AddRange(await OpenAsync(network, target, Math.Min(Batch, connections - pairs.Count)));
        }

        double grown = ProcessState.ResidentKibibytes(relay.Id) - before;
        Assert.InRange(grown / connections, double.NegativeInfinity, LargestMemory);
        Assert.InRange(await LimitTests.MeasureShareAsync(relay), 0, LargestShare);
        await pairs[0].AssertRelaysAsync();
        await pairs[^1].AssertRelaysAsync();
        pairs.ForEach(pair => pair.Dispose());
        await RelayMetrics.AwaitAsync(network, RelayMetrics.Outcome("finished"), connections + 1);
    }

    /// <summary>Opens several connections at once, and pairs their sockets by the ends in the headers.</summary>
    private static async Task<IEnumerable<RelayedPair>> OpenAsync(CaseNetwork network, CaseTarget target, int count)
    {
        var users = new Dictionary<OriginalEnds, Socket>();
        for (int i = 0; i < count; i++)
        {
            Socket user = await network.ConnectAsync();
            users.Add(OriginalEnds.Of(user), user);
        }

        var pairs = new List<RelayedPair>();
        for (int i = 0; i < count; i++)
        {
            TargetConnection accepted = await target.AcceptAsync();
            Assert.True(users.Remove(accepted.Ends, out Socket? user), $"{accepted.Ends} is of no connection.");
            pairs.Add(new RelayedPair(user, accepted.Socket));
        }

        return pairs;
    }

    private static int ReadDescriptorLimit()
    {
        const string name = "Max open files";
        string line = File.ReadLines("/proc/self/limits")
            .Single(line => line.StartsWith(name, StringComparison.Ordinal));
        string hard = line[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        return int.Parse(hard, CultureInfo.InvariantCulture);
    }
}
