using System.Net.Sockets;
using ProxyHelper.Relay;
using Xunit;

namespace ProxyHelper.Tests.Relay;

/// <summary>Tests what happens to one connection of a relay, with the real kernel.</summary>
public sealed class RelayTests
{
    [Fact]
    public void Bytes_go_both_ways_after_the_header() => RelayRun.In(run =>
    {
        (Socket user, Socket target) = run.Open();
        target.Send("welcome"u8);
        Assert.Equal("welcome"u8, RelayRun.Receive(user, 7));
        user.Send("more"u8);
        Assert.Equal("more"u8, RelayRun.Receive(target, 4));
        run.Await(counts => counts is { BytesUp: 9, BytesDown: 7, Open: 1, Accepted: 1, Queries: 1 });
    });

    [Fact]
    public void A_target_that_speaks_first_needs_no_byte_of_the_user() => RelayRun.In(run =>
    {
        using Socket user = RelayRun.Connect();
        using Socket target = run.Accept(user);
        target.Send("220 ready"u8);
        Assert.Equal("220 ready"u8, RelayRun.Receive(user, 9));
    });

    [Fact]
    public void A_user_that_ends_sending_still_gets_the_answer() => RelayRun.In(run =>
    {
        (Socket user, Socket target) = run.Open();
        user.Shutdown(SocketShutdown.Send);
        RelayRun.AssertEnd(target);
        target.Send("answer"u8);
        Assert.Equal("answer"u8, RelayRun.Receive(user, 6));
        target.Shutdown(SocketShutdown.Send);
        RelayRun.AssertEnd(user);
        run.Await(counts => counts is { Open: 0 } && counts[RelayOutcome.Finished] == 1);
    });

    [Fact]
    public void A_target_that_ends_sending_still_gets_bytes() => RelayRun.In(run =>
    {
        (Socket user, Socket target) = run.Open();
        target.Shutdown(SocketShutdown.Send);
        RelayRun.AssertEnd(user);
        user.Send("late"u8);
        Assert.Equal("late"u8, RelayRun.Receive(target, 4));
        user.Dispose();
        RelayRun.AssertEnd(target);
        run.Await(counts => counts is { Open: 0 } && counts[RelayOutcome.Finished] == 1);
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_reset_goes_to_the_other_side(bool isUser) => RelayRun.In(run =>
    {
        (Socket user, Socket target) = run.Open();
        (Socket first, Socket second) = isUser ? (user, target) : (target, user);
        first.LingerState = new LingerOption(enable: true, seconds: 0);
        first.Dispose();
        RelayRun.AssertReset(second);
        run.Await(counts => counts is { Open: 0 } && counts[RelayOutcome.Reset] == 1);
    });

    [Fact]
    public void A_connection_that_the_helper_does_not_find_is_reset() => RelayRun.In(run =>
    {
        run.Helper.Answer = _ => null;
        using Socket user = RelayRun.Connect();
        RelayRun.AssertReset(user);
        run.Await(counts => counts is { Open: 0 } && counts[RelayOutcome.NotFound] == 1);
    });

    [Fact]
    [Trait("Promise", "relay-routers-only")]
    public void A_host_that_is_no_router_is_reset() => RelayRun.In(run =>
    {
        using Socket user = RelayRun.Connect("194.0.1.2");
        RelayRun.AssertReset(user);
        run.Await(counts => counts is { Open: 0, Queries: 0 } && counts[RelayOutcome.NotRouter] == 1);
    });
}
