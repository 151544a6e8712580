using System.Net;
using System.Net.Sockets;
using ProxyHelper.Addresses;
using ProxyHelper.Lifetime;
using ProxyHelper.Relay;
using ProxyHelper.Telemetry;
using ProxyHelper.TestSupport;
using ProxyHelper.Tests.Server;
using Xunit;

namespace ProxyHelper.Tests.Relay;

/// <summary>Tests the limits of connections, time and descriptors.</summary>
[Collection(nameof(Alone))]
public sealed class RelayLimitTests
{
    private static readonly TimeSpan _shortTime = TimeSpan.FromMilliseconds(100);

    [Fact]
    public void A_connection_above_the_limit_waits_for_the_end_of_another() => RelayRun.In(
        run =>
        {
            (Socket user, Socket target) = run.Open();
            using Socket next = RelayRun.Connect();
            Assert.False(run.HasConnection(milliseconds: 250)); // longer than a pause
            Assert.Equal(1, run.Relay.Counts.Accepted);
            Assert.True(run.Relay.Notices.TryRead(out ServerNotice? notice));
            Assert.Equal("1 connections are open, which is the limit. New connections wait.", notice.Message);

            user.Dispose();
            target.Dispose();
            run.Accept(next).Dispose();
        },
        RelayRun.Options with { MaxConnections = 1 });

    [Fact]
    [Trait("Promise", "relay-source-limit")]
    public void A_source_with_too_many_connections_is_reset_until_one_has_ended() => RelayRun.In(
        run =>
        {
            (Socket user, Socket target) = run.Open();
            using (Socket refused = RelayRun.Connect())
            {
                RelayRun.AssertReset(refused);
            }

            run.Await(counts => counts is { Open: 1, Refused: 1 } && counts[RelayOutcome.TooManyOfSource] == 1);
            user.Dispose();
            target.Dispose();
            run.Await(counts => counts.Open == 0);
            (Socket again, _) = run.Open();
            again.Dispose();
        },
        rules: RelayRun.Rules with { MaxConnectionsPerSource = 1 });

    [Fact]
    public void A_connection_without_bytes_is_reset_after_the_idle_time() => RelayRun.In(
        run =>
        {
            (Socket user, Socket target) = run.Open();
            RelayRun.AssertReset(user);
            RelayRun.AssertReset(target);
            run.Await(counts => counts is { Open: 0 } && counts[RelayOutcome.IdleTimeout] == 1);
        },
        rules: RelayRun.Rules with { IdleTimeout = _shortTime });

    [Fact]
    public void A_connection_that_one_side_has_ended_is_reset_after_the_half_closed_time() => RelayRun.In(
        run =>
        {
            (Socket user, Socket target) = run.Open();
            user.Shutdown(SocketShutdown.Send);
            RelayRun.AssertEnd(target);
            RelayRun.AssertReset(user);
            run.Await(counts => counts is { Open: 0 } && counts[RelayOutcome.HalfClosedTimeout] == 1);
        },
        rules: RelayRun.Rules with { HalfClosedTimeout = _shortTime });

    [Fact]
    [Trait("Promise", "relay-local-fault")]
    public void Without_free_descriptors_a_connection_waits_and_is_relayed_afterwards() => RelayRun.In(run =>
    {
        (Socket first, Socket target) = run.Open();
        using Socket user = RelayRun.NewUser();
        Descriptor.WithoutFree(() =>
        {
            user.Connect(RelayRun.Options.Listen[0]);
            run.Await(counts => counts[RelayOutcome.AcceptError] >= 3);
            first.Send("still"u8); // the open connection goes on
            Assert.Equal("still"u8, RelayRun.Receive(target, 5));
            Assert.Equal(1, run.Relay.Counts.Accepted);
        });
        run.Accept(user).Dispose();
    });

    [Fact]
    public void Changed_rules_apply_to_the_next_connection() => RelayRun.In(run =>
    {
        (Socket user, Socket target) = run.Open();
        run.Relay.ChangeRules(RelayRun.Rules with { AllowedPorts = [new PortRange(443, 443)] });
        run.Await(counts =>
        {
            using Socket refused = RelayRun.Connect();
            return counts[RelayOutcome.PortNotAllowed] > 0; // a worker applies the rules when it wakes up
        });
        user.Send("still"u8);
        Assert.Equal("still"u8, RelayRun.Receive(target, 5));
    });

    [Fact]
    [Trait("Promise", "relay-stop")]
    public void A_stop_lets_connections_finish_and_accepts_no_more() => RelayRun.In(run =>
    {
        (Socket user, Socket target) = run.Open();
        run.Relay.BeginStop();
        Assert.True(SpinWait.SpinUntil(IsRefused, Patience.Limit));
        Assert.Equal(ServerState.Stopping, run.Relay.State);

        user.Send("last"u8);
        Assert.Equal("last"u8, RelayRun.Receive(target, 4));
        target.Send("words"u8);
        target.Shutdown(SocketShutdown.Send);
        Assert.Equal("words"u8, RelayRun.Receive(user, 5));
        user.Dispose();
        run.Relay.Completion.Wait(Patience.Token());
        Assert.Equal(1, run.Relay.Counts[RelayOutcome.Finished]);
    });

    [Fact]
    [Trait("Promise", "relay-stop")]
    public void A_stop_relays_connections_that_wait_in_the_kernel() => RelayRun.In(
        run =>
        {
            using Socket user = RelayRun.Connect();
            user.Send("hello"u8);
            run.Relay.BeginStop();
            using Socket target = run.Accept(user);
            Assert.Equal("hello"u8, RelayRun.Receive(target, 5));
        });

    [Fact]
    [Trait("Promise", "relay-stop")]
    public void A_second_stop_resets_the_open_connections() => RelayRun.In(run =>
    {
        (Socket user, Socket target) = run.Open();
        run.Relay.BeginStop();
        run.Relay.BeginStop();
        RelayRun.AssertReset(user);
        RelayRun.AssertReset(target);
        run.Relay.Completion.Wait(Patience.Token());
        Assert.Equal(1, run.Relay.Counts[RelayOutcome.Drained]);
    });

    [Fact]
    [Trait("Promise", "relay-stop")]
    public void At_the_end_of_the_drain_time_open_connections_are_reset() => RelayRun.In(
        run =>
        {
            (Socket user, _) = run.Open();
            run.Relay.Stop();
            RelayRun.AssertReset(user);
            Assert.Equal(1, run.Relay.Counts[RelayOutcome.Drained]);
        },
        rules: RelayRun.Rules with { DrainTime = _shortTime });

    [Fact]
    public void A_log_of_connections_has_ends_bytes_and_outcome() => RelayRun.In(
        run =>
        {
            (Socket user, Socket target) = run.Open();
            string start = $"finished: 10.1.1.1:{((IPEndPoint)user.LocalEndPoint!).Port} -> 4.1.1.1:80, "
                + $"from {user.LocalEndPoint}, 5 bytes up, 3 bytes down, ";
            target.Send("bye"u8);
            target.Dispose();
            Assert.Equal("bye"u8, RelayRun.Receive(user, 3));
            user.Dispose();
            run.Await(counts => counts.Open == 0);
            Assert.True(run.Relay.Notices.TryRead(out ServerNotice? notice));
            Assert.Equal(NoticeKind.Connection, notice.Kind);
            Assert.StartsWith(start, notice.Message, StringComparison.Ordinal);
            Assert.Matches(@"\d\.\d{3} s, ident 10\.1\.1\.1, id [0-9a-f]{16}\.$", notice.Message);
        },
        rules: RelayRun.Rules with { LogConnections = true });

    private static bool IsRefused()
    {
        try
        {
            using Socket one = RelayRun.NewSocket();
            one.Connect(RelayRun.Options.Listen[0]);
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}
