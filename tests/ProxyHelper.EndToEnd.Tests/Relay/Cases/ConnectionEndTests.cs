using System.Net.Sockets;
using Xunit;

namespace ProxyHelper.EndToEnd.Relay.Cases;

/// <summary>Tests that the end of a connection passes in both directions: half-close, reset, and time limits.</summary>
public sealed class ConnectionEndTests(PublishedDaemon daemon)
{
    [Fact]
    [Trait("Promise", "relay-bytes")]
    public async Task The_target_sends_after_the_user_has_ended()
    {
        using var network = CaseNetwork.Create();
        using CaseHelper helper = network.OpenFinder();
        using var target = CaseTarget.Open(network);
        using RunningProgram relay = await network.StartRelayAsync(daemon);
        using RelayedPair pair = await RelayedPair.OpenAsync(network, target);
        await RelayedPair.AssertPassesAsync(pair.User, pair.Target, "request");
        pair.User.Shutdown(SocketShutdown.Send);
        await RelayedPair.AssertEndsAsync(pair.Target);

        await RelayedPair.AssertPassesAsync(pair.Target, pair.User, "answer");
        pair.Target.Dispose();

        await RelayedPair.AssertEndsAsync(pair.User);
        await RelayMetrics.AwaitAsync(network, RelayMetrics.Outcome("finished"), 1);
    }

    [Fact]
    [Trait("Promise", "relay-bytes")]
    public async Task The_user_sends_after_the_target_has_ended()
    {
        using var network = CaseNetwork.Create();
        using CaseHelper helper = network.OpenFinder();
        using var target = CaseTarget.Open(network);
        using RunningProgram relay = await network.StartRelayAsync(daemon);
        using RelayedPair pair = await RelayedPair.OpenAsync(network, target);
        await RelayedPair.AssertPassesAsync(pair.Target, pair.User, "greeting");
        pair.Target.Shutdown(SocketShutdown.Send);
        await RelayedPair.AssertEndsAsync(pair.User);

        await RelayedPair.AssertPassesAsync(pair.User, pair.Target, "upload");
        pair.User.Dispose();

        await RelayedPair.AssertEndsAsync(pair.Target);
        await RelayMetrics.AwaitAsync(network, RelayMetrics.Outcome("finished"), 1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Promise", "relay-bytes")]
    public async Task A_reset_of_one_side_resets_the_other(bool isUser)
    {
        using var network = CaseNetwork.Create();
        using CaseHelper helper = network.OpenFinder();
        using var target = CaseTarget.Open(network);
        using RunningProgram relay = await network.StartRelayAsync(daemon);
        using RelayedPair pair = await RelayedPair.OpenAsync(network, target);
        await pair.AssertRelaysAsync();

        RelayedPair.Reset(isUser ? pair.User : pair.Target);

        await RelayedPair.AssertResetAsync(isUser ? pair.Target : pair.User);
        await RelayMetrics.AwaitAsync(network, RelayMetrics.Outcome("reset"), 1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Promise", "relay-bytes")]
    public async Task A_reset_after_a_half_close_still_passes(bool isUser)
    {
        using var network = CaseNetwork.Create();
        using CaseHelper helper = network.OpenFinder();
        using var target = CaseTarget.Open(network);
        using RunningProgram relay = await network.StartRelayAsync(daemon);
        using RelayedPair pair = await RelayedPair.OpenAsync(network, target);
        (Socket ended, Socket open) = isUser ? (pair.User, pair.Target) : (pair.Target, pair.User);
        ended.Shutdown(SocketShutdown.Send);
        await RelayedPair.AssertEndsAsync(open);

        RelayedPair.Reset(open);

        await RelayedPair.AssertResetAsync(ended);
        await RelayMetrics.AwaitAsync(network, RelayMetrics.Outcome("reset"), 1);
    }

    [Fact]
    public async Task An_idle_connection_is_reset_on_both_sides()
    {
        using var network = CaseNetwork.Create();
        using CaseHelper helper = network.OpenFinder();
        using var target = CaseTarget.Open(network);
        using RunningProgram relay = await network.StartRelayAsync(daemon, "--idle-timeout", "1");

        using RelayedPair pair = await RelayedPair.OpenAsync(network, target);

        await RelayedPair.AssertResetAsync(pair.User);
        await RelayedPair.AssertResetAsync(pair.Target);
        await RelayMetrics.AwaitAsync(network, RelayMetrics.Outcome("idle_timeout"), 1);
    }

    [Fact]
    public async Task A_half_closed_connection_without_bytes_is_reset_and_an_open_one_stays()
    {
        using var network = CaseNetwork.Create();
        using CaseHelper helper = network.OpenFinder();
        using var target = CaseTarget.Open(network);
        using RunningProgram relay = await network.StartRelayAsync(daemon, "--half-closed-timeout", "1");
        using RelayedPair open = await RelayedPair.OpenAsync(network, target);
        using RelayedPair half = await RelayedPair.OpenAsync(network, target);
        half.User.Shutdown(SocketShutdown.Send);
        await RelayedPair.AssertEndsAsync(half.Target);

        await RelayedPair.AssertResetAsync(half.User);
        await RelayMetrics.AwaitAsync(network, RelayMetrics.Outcome("half_closed_timeout"), 1);

        // A reset after the end of the stream fails only what is sent.
        await Assert.ThrowsAsync<SocketException>(
            async () => await half.Target.SendAsync(new byte[1], Patience.Token()));
        await open.AssertRelaysAsync();
    }
}
