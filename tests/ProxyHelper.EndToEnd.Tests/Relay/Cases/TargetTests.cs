using System.Net.Sockets;
using System.Text;
using Xunit;

namespace ProxyHelper.EndToEnd.Relay.Cases;

/// <summary>Tests the targets of the relay: how they are reached, and what happens if they are not.</summary>
public sealed class TargetTests(PublishedDaemon daemon)
{
    [Fact]
    [Trait("Promise", "relay-target-down")]
    public async Task A_target_that_is_down_resets_the_connection_and_serves_the_next_when_it_is_back()
    {
        using var network = CaseNetwork.Create();
        using CaseHelper helper = network.OpenFinder();
        using RunningProgram relay = await network.StartRelayAsync(daemon);
        await network.AssertResetsAsync();

        await RelayMetrics.AwaitAsync(network, RelayMetrics.Outcome("target_refused"), 1);
        await relay.AwaitAsync("the target refused");
        using var target = CaseTarget.Open(network);
        using RelayedPair pair = await RelayedPair.OpenAsync(network, target);
        await pair.AssertRelaysAsync();
    }

    [Fact]
    [Trait("Promise", "relay-target-down")]
    public async Task A_target_that_does_not_accept_in_time_resets_the_connection()
    {
        using var network = CaseNetwork.Create();
        using CaseHelper helper = network.OpenFinder();
        network.Proxy.LoadRules($$"""
            table ip slow {
                chain input {
                    type filter hook input priority filter;
                    tcp dport {{CaseTarget.EndPoint.Port}} drop
                }
            }
            """);
        using RunningProgram relay = await network.StartRelayAsync(daemon, "--connect-timeout", "0.5");

        await network.AssertResetsAsync();

        await RelayMetrics.AwaitAsync(network, RelayMetrics.Outcome("target_timeout"), 1);
    }

    [Fact]
    [Trait("Promise", "relay-user-gone")]
    public async Task A_user_who_leaves_while_the_helper_is_asked_never_reaches_the_target()
    {
        using var network = CaseNetwork.Create();
        using CaseHelper helper = network.OpenHelper();
        using var target = CaseTarget.Open(network);
        using RunningProgram relay = await network.StartRelayAsync(daemon);
        Socket user = await network.ConnectAsync();
        ReceivedQuery query = await helper.ReceiveAsync();

        RelayedPair.Reset(user);
        helper.Send(query, query.Found(OriginalEnds.Of(query.SourcePort)));

        await RelayMetrics.AwaitAsync(network, RelayMetrics.Outcome("client_gone"), 1);
        Assert.False(target.HasConnection);
    }

    [Fact]
    public async Task A_user_who_sends_and_ends_before_the_reply_still_gets_an_answer()
    {
        using var network = CaseNetwork.Create();
        using CaseHelper helper = network.OpenHelper();
        using var target = CaseTarget.Open(network);
        using RunningProgram relay = await network.StartRelayAsync(daemon);
        using Socket user = await network.ConnectAsync();
        ReceivedQuery query = await helper.ReceiveAsync();
        byte[] request = "the whole request"u8.ToArray();
        await user.SendAsync(request, Patience.Token());
        user.Shutdown(SocketShutdown.Send);

        helper.Send(query, query.Found(OriginalEnds.Of(user)));

        using TargetConnection accepted = await target.AcceptAsync();
        Assert.Equal(request, await TargetConnection.ReadAsync(accepted.Socket, request.Length));
        await RelayedPair.AssertEndsAsync(accepted.Socket);
        await RelayedPair.AssertPassesAsync(accepted.Socket, user, "the answer");
    }

    [Fact]
    public async Task A_user_who_ends_without_a_byte_still_gets_an_answer()
    {
        using var network = CaseNetwork.Create();
        using CaseHelper helper = network.OpenHelper();
        using var target = CaseTarget.Open(network);
        using RunningProgram relay = await network.StartRelayAsync(daemon);
        using Socket user = await network.ConnectAsync();
        ReceivedQuery query = await helper.ReceiveAsync();
        user.Shutdown(SocketShutdown.Send);

        helper.Send(query, query.Found(OriginalEnds.Of(user)));

        using TargetConnection accepted = await target.AcceptAsync();
        await RelayedPair.AssertEndsAsync(accepted.Socket);
        await RelayedPair.AssertPassesAsync(accepted.Socket, user, "the time of day");
        accepted.Dispose();
        await RelayedPair.AssertEndsAsync(user);
    }

    [Fact]
    public async Task The_header_and_the_first_bytes_of_the_user_arrive_in_one_segment()
    {
        using var network = CaseNetwork.Create();
        using CaseHelper helper = network.OpenHelper();
        using var target = CaseTarget.Open(network);
        using RunningProgram relay = await network.StartRelayAsync(daemon);
        using Socket user = await network.ConnectAsync();
        await user.SendAsync("hello"u8.ToArray(), Patience.Token());
        ReceivedQuery query = await helper.ReceiveAsync();
        helper.Send(query, query.Found(OriginalEnds.Of(user)));

        using Socket accepted = await target.AcceptRawAsync(Patience.Token());
        byte[] buffer = new byte[4096];
        int length = await accepted.ReceiveAsync(buffer, Patience.Token());

        Assert.EndsWith("hello", Encoding.Latin1.GetString(buffer, 0, length), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Unix_socket_is_a_target()
    {
        string path = daemon.NewPath();
        using var network = CaseNetwork.Create();
        using CaseHelper helper = network.OpenFinder();
        using var target = CaseTarget.Open(path);
        using RunningProgram relay = await network.StartRelayAsync(daemon, "--to", $"unix:{path}");

        using RelayedPair pair = await RelayedPair.OpenAsync(network, target);

        await pair.AssertRelaysAsync();
        await pair.FinishAsync();
    }

    [Theory]
    [InlineData("v1", "PROXY TCP4 10.1.1.1 4.1.1.1 10943 80\r\nhello")]
    [InlineData("none", "hello")]
    public async Task The_header_can_be_a_line_of_text_or_missing(string header, string expected)
    {
        using var network = CaseNetwork.Create();
        using CaseHelper helper = network.OpenHelper();
        helper.Serve(query => query.Found(OriginalEnds.Parse("10.1.1.1:10943", "4.1.1.1:80")));
        using var target = CaseTarget.Open(network);
        using RunningProgram relay = await network.StartRelayAsync(daemon, "--proxy-protocol", header);
        using Socket user = await network.ConnectAsync();
        await user.SendAsync("hello"u8.ToArray(), Patience.Token());

        using Socket accepted = await target.AcceptRawAsync(Patience.Token());

        byte[] bytes = await TargetConnection.ReadAsync(accepted, expected.Length);
        Assert.Equal(expected, Encoding.ASCII.GetString(bytes));
    }
}
