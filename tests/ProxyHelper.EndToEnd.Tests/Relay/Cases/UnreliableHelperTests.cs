using System.Net;
using System.Net.Sockets;
using Xunit;

namespace ProxyHelper.EndToEnd.Relay.Cases;

/// <summary>
/// Tests that no connection gets the answer of another one, with a helper that loses, repeats, delays, mixes and spoils
/// its replies, and with a relay that stands still.
/// </summary>
public sealed class UnreliableHelperTests(PublishedDaemon daemon)
{
    private const int Connections = 600;
    private const int AtOnce = 60;
    private const int LargestStore = 20; // replies that the helper holds back

    [Theory]
    [InlineData(1, "1")]
    [InlineData(2, "1")]
    [InlineData(3, "3")]
    [Trait("Promise", "relay-own-reply")]
    public async Task Each_connection_reaches_its_own_server_or_is_reset(int seed, string workers)
    {
        using var network = CaseNetwork.Create();
        using CaseHelper helper = network.OpenHelper();
        using var target = EchoTarget.Start(network);
        using RunningProgram relay = await network.StartRelayAsync(daemon, "--workers", workers);
        var random = new Random(seed);
        var held = new List<(ReceivedQuery Query, byte[] Reply)>();
        helper.ServeEach(query => Misbehave(helper, query, random, held));

        int served = 0, reset = 0;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Connections),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Patience.Token() },
            async (_, _) =>
            {
                bool isServed = await IsServedAsync(network);
                Interlocked.Increment(ref isServed ? ref served : ref reset);
            });

        Assert.Equal(Connections, served + reset);
        Assert.InRange(served, Connections / 2, Connections);
    }

    [Fact]
    [Trait("Promise", "relay-pause")]
    public async Task A_relay_that_stood_still_uses_no_late_reply()
    {
        using var network = CaseNetwork.Create();
        using CaseHelper helper = network.OpenHelper();
        using var target = CaseTarget.Open(network);
        using RunningProgram relay = await network.StartRelayAsync(daemon);
        using Socket user = await network.ConnectAsync();
        ReceivedQuery query = await helper.ReceiveAsync();

        relay.Pause();
        helper.Send(query, query.Found(OriginalEnds.Of(user)));
        await Task.Delay(TimeSpan.FromSeconds(4), Patience.Token()); // longer than a query lasts
        relay.Resume();

        await RelayedPair.AssertResetAsync(user);
        await RelayMetrics.AwaitAsync(network, RelayMetrics.IgnoredReplies, 1);
        Assert.False(target.HasConnection);
    }

    [Fact]
    [Trait("Promise", "relay-asked-router")]
    public async Task Each_router_is_asked_about_its_own_connections()
    {
        using var network = CaseNetwork.Create();
        using CaseHelper helper = network.OpenHelper();
        using var other = new CaseHelper(network.Router, CaseNetwork.OtherRouter);
        using var target = CaseTarget.Open(network);
        using RunningProgram relay = await network.StartRelayAsync(daemon, "--router", $"{CaseNetwork.OtherRouter}");
        using Socket first = await network.ConnectAsync();
        using Socket second = await network.ConnectAsync(CaseNetwork.OtherRouter);

        await ServeAsync(other, second);
        await ServeAsync(helper, first);

        Assert.False(helper.HasQuery);
        Assert.False(other.HasQuery);

        async Task ServeAsync(CaseHelper asked, Socket user)
        {
            ReceivedQuery query = await asked.ReceiveAsync();
            Assert.Equal((IPEndPoint)user.LocalEndPoint!, new IPEndPoint(query.SourceAddress, query.SourcePort));
            asked.Send(query, query.Found(OriginalEnds.Of(user)));
            using TargetConnection accepted = await target.AcceptAsync();
            Assert.Equal(OriginalEnds.Of(user), accepted.Ends);
        }
    }

    private static void Misbehave(
        CaseHelper helper, ReceivedQuery query, Random random, List<(ReceivedQuery Query, byte[] Reply)> held)
    {
        byte[] reply = query.Found(OriginalEnds.Of(query.SourcePort));
        switch (random.Next(8))
        {
            case 0: // lost
                break;
            case 1: // twice
                helper.Send(query, reply);
                helper.Send(query, reply);
                break;
            case 2: // spoiled, with the ends of nobody
                byte[] spoiled = query.Found(OriginalEnds.Parse("10.66.66.66:6666", "66.66.66.66:80"));
                spoiled[random.Next(8)] ^= (byte)random.Next(1, 256); // the magic or the cookie
                helper.Send(query, spoiled);
                helper.Send(query, reply);
                break;
            case 3: // later, after others
                held.Add((query, reply));
                break;
            default:
                helper.Send(query, reply);
                break;
        }

        while (held.Count > random.Next(LargestStore))
        {
            (ReceivedQuery late, byte[] answer) = held[random.Next(held.Count)];
            held.RemoveAll(one => one.Query == late);
            helper.Send(late, answer);
        }
    }

    /// <summary>Returns whether a connection reached its own server. False means that the relay reset it.</summary>
    private static async Task<bool> IsServedAsync(CaseNetwork network)
    {
        try
        {
            using Socket user = await network.ConnectAsync();
            await EchoTarget.AssertKnowsAsync(user);
            return true;
        }
        catch (SocketException reset) when (reset.SocketErrorCode == SocketError.ConnectionReset)
        {
            return false;
        }
    }
}
