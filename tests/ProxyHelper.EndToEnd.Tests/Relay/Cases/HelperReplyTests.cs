using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace ProxyHelper.EndToEnd.Relay.Cases;

/// <summary>Tests what the relay does with every kind of reply of a helper, and without a reply.</summary>
public sealed class HelperReplyTests(PublishedDaemon daemon)
{
    private const int Tries = 3;

    private static readonly OriginalEnds _forged = OriginalEnds.Parse("10.66.66.66:6666", "66.66.66.66:80");

    [Fact]
    [Trait("Promise", "relay-not-found")]
    public async Task A_connection_that_the_helper_does_not_find_is_reset()
    {
        using var network = CaseNetwork.Create();
        using CaseHelper helper = network.OpenHelper();
        using var target = CaseTarget.Open(network);
        using RunningProgram relay = await network.StartRelayAsync(daemon);
        using Socket user = await network.ConnectAsync();
        ReceivedQuery query = await helper.ReceiveAsync();
        Assert.Equal(((IPEndPoint)user.LocalEndPoint!).Port, query.SourcePort);

        helper.Send(query, query.NotFound());

        await RelayedPair.AssertResetAsync(user);
        await RelayMetrics.AwaitAsync(network, RelayMetrics.Outcome("not_found"), 1);
        Assert.False(target.HasConnection);
        await relay.AwaitAsync("the helper did not find");
    }

    [Fact]
    [Trait("Promise", "relay-silent-helper")]
    public async Task A_connection_about_which_the_helper_stays_silent_is_reset_after_three_queries()
    {
        using var network = CaseNetwork.Create();
        using CaseHelper helper = network.OpenHelper();
        using var target = CaseTarget.Open(network);
        using RunningProgram relay = await network.StartRelayAsync(daemon);
        using Socket user = await network.ConnectAsync();
        var queries = new List<ReceivedQuery>();
        for (int i = 0; i < Tries; i++)
        {
            queries.Add(await helper.ReceiveAsync());
        }

        await RelayedPair.AssertResetAsync(user);
        await RelayMetrics.AwaitAsync(network, RelayMetrics.Outcome("no_reply"), 1);
        Assert.Equal(Tries, await RelayMetrics.ReadAsync(network, RelayMetrics.Queries));

        // The replies arrive now. They must not reach the next connection.
        using Socket next = await network.ConnectAsync();
        ReceivedQuery query = await helper.ReceiveAsync();
        queries.ForEach(late => helper.Send(late, late.Found(_forged)));
        helper.Send(query, query.Found(OriginalEnds.Of(next)));
        using TargetConnection accepted = await target.AcceptAsync();
        Assert.Equal(OriginalEnds.Of(next), accepted.Ends);
        await RelayMetrics.AwaitAsync(network, RelayMetrics.IgnoredReplies, Tries);
    }

    [Fact]
    [Trait("Promise", "relay-silent-helper")]
    public async Task A_reply_after_the_second_query_is_in_time_and_the_other_reply_is_ignored()
    {
        using var network = CaseNetwork.Create();
        using CaseHelper helper = network.OpenHelper();
        using var target = CaseTarget.Open(network);
        using RunningProgram relay = await network.StartRelayAsync(daemon);
        using Socket user = await network.ConnectAsync();
        ReceivedQuery first = await helper.ReceiveAsync();
        ReceivedQuery second = await helper.ReceiveAsync();

        helper.Send(first, first.Found(OriginalEnds.Of(user)));
        using TargetConnection accepted = await target.AcceptAsync();
        helper.Send(second, second.Found(_forged));

        Assert.Equal(OriginalEnds.Of(user), accepted.Ends);
        await RelayMetrics.AwaitAsync(network, RelayMetrics.IgnoredReplies, 1);
        await new RelayedPair(user, accepted.Socket).AssertRelaysAsync();
        Assert.False(target.HasConnection);
    }

    [Fact]
    [Trait("Promise", "relay-wrong-reply")]
    public async Task Wrong_replies_are_ignored_and_the_right_reply_counts()
    {
        using var network = CaseNetwork.Create();
        using CaseHelper helper = network.OpenHelper();
        using var target = CaseTarget.Open(network);
        using RunningProgram relay = await network.StartRelayAsync(daemon);
        using Socket user = await network.ConnectAsync();
        ReceivedQuery query = await helper.ReceiveAsync();
        byte[][] wrong = [.. WrongReplies(query.Found(_forged))];

        Array.ForEach(wrong, reply => helper.Send(query, reply));
        await RelayMetrics.AwaitAsync(network, RelayMetrics.IgnoredReplies, wrong.Length);
        Assert.False(target.HasConnection);
        helper.Send(query, query.Found(OriginalEnds.Of(user)));

        using TargetConnection accepted = await target.AcceptAsync();
        Assert.Equal(OriginalEnds.Of(user), accepted.Ends);
    }

    [Fact]
    [Trait("Promise", "relay-asked-router")]
    public async Task Replies_of_other_hosts_and_ports_do_not_reach_the_relay()
    {
        using var network = CaseNetwork.Create();
        using CaseHelper helper = network.OpenHelper();
        using var target = CaseTarget.Open(network);
        using RunningProgram relay = await network.StartRelayAsync(daemon);
        using Socket user = await network.ConnectAsync();
        ReceivedQuery query = await helper.ReceiveAsync();
        foreach (string sender in (string[])["194.0.1.1:115", $"{CaseNetwork.OtherRouter}:114"])
        {
            using Socket foreign = network.Router.OpenSocket(IPEndPoint.Parse(sender), SocketType.Dgram);
            foreign.SendTo(query.Found(_forged), query.Sender);
        }

        helper.Send(query, query.Found(OriginalEnds.Of(user)));

        using TargetConnection accepted = await target.AcceptAsync();
        Assert.Equal(OriginalEnds.Of(user), accepted.Ends);
    }

    [Fact]
    [Trait("Promise", "relay-no-helper")]
    public async Task A_router_without_a_helper_is_asked_twice_and_the_connection_is_reset()
    {
        using var network = CaseNetwork.Create();
        using var target = CaseTarget.Open(network);
        using RunningProgram relay = await network.StartRelayAsync(daemon);

        await network.AssertResetsAsync();

        await RelayMetrics.AwaitAsync(network, RelayMetrics.Outcome("helper_unreachable"), 1);
        Assert.Equal(2, await RelayMetrics.ReadAsync(network, RelayMetrics.Queries));
        Assert.False(target.HasConnection);
        await relay.AwaitAsync("no helper listens");
    }

    [Fact]
    [Trait("Promise", "relay-no-helper")]
    public async Task A_helper_that_restarts_answers_the_second_query()
    {
        using var network = CaseNetwork.Create();
        using CaseHelper helper = network.OpenFinder();
        using var target = CaseTarget.Open(network);

        // The first query is refused with an ICMP message, as if no helper listened.
        network.Router.LoadRules("""
            table ip restart {
                chain input {
                    type filter hook input priority filter;
                    udp dport 114 limit rate 1/day burst 1 packets reject
                }
            }
            """);
        using RunningProgram relay = await network.StartRelayAsync(daemon);

        using RelayedPair pair = await RelayedPair.OpenAsync(network, target);

        await pair.AssertRelaysAsync();
        Assert.Equal(2, await RelayMetrics.ReadAsync(network, RelayMetrics.Queries));
    }

    [Fact]
    [Trait("Promise", "relay-own-reply")]
    public async Task Replies_in_another_order_than_their_queries_each_reach_their_own_connection()
    {
        const int connections = 50;
        using var network = CaseNetwork.Create();
        using CaseHelper helper = network.OpenHelper();
        using var target = CaseTarget.Open(network);
        using RunningProgram relay = await network.StartRelayAsync(daemon);
        var users = new List<Socket>();
        var queries = new List<ReceivedQuery>();
        for (int i = 0; i < connections; i++)
        {
            users.Add(await network.ConnectAsync());
            queries.Add(await helper.ReceiveAsync());
        }

        queries.Reverse();
        queries.ForEach(query => helper.Send(query, query.Found(OriginalEnds.Of(query.SourcePort))));

        // The first bytes of each user are the user's original ends, which must be those in the header.
        foreach (Socket user in users)
        {
            await user.SendAsync(TextOf(OriginalEnds.Of(user)), Patience.Token());
        }

        for (int i = 0; i < connections; i++)
        {
            using TargetConnection accepted = await target.AcceptAsync();
            byte[] expected = TextOf(accepted.Ends);
            Assert.Equal(expected, await TargetConnection.ReadAsync(accepted.Socket, expected.Length));
        }

        users.ForEach(user => user.Dispose());
    }

    private static byte[] TextOf(OriginalEnds ends) => System.Text.Encoding.ASCII.GetBytes($"{ends}");

    private static IEnumerable<byte[]> WrongReplies(byte[] right)
    {
        yield return [];
        yield return right[..^1];
        yield return [.. right, 0];
        yield return With(right, 0, 0x5250_4845); // another magic
        yield return With(right, 4, BinaryPrimitives.ReadUInt32BigEndian(right.AsSpan(4)) + 1); // another cookie
        yield return With(right, 12, 0x0401_0012); // another version
        yield return With(right, 12, 0x0402_0001); // a query
        yield return With(right, 12, 0x0402_0002); // neither found nor not found
        yield return With(right, 12, 0x0402_0032); // both
    }

    private static byte[] With(byte[] reply, int offset, uint value)
    {
        byte[] changed = [.. reply];
        BinaryPrimitives.WriteUInt32BigEndian(changed.AsSpan(offset), value);
        return changed;
    }
}
