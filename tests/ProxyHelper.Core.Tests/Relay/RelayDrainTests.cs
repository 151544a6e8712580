using System.Net.Sockets;
using ProxyHelper.Lifetime;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Relay;

/// <summary>Tests connections that arrive while a relay stops.</summary>
[Trait("Promise", "relay-stop")]
public sealed class RelayDrainTests
{
    [Fact]
    public void A_connection_that_arrives_right_after_the_stop_is_relayed() => RelayRun.In(
        run =>
        {
            (Socket first, Socket firstTarget) = run.Open();
            (Socket reset, _) = run.Open();
            using ManualResetEventSlim goesOn = run.HoldThread(() =>
            {
                reset.LingerState = new LingerOption(enable: true, seconds: 0);
                reset.Dispose();
            });
            run.Relay.BeginStop();
            using Socket user = RelayRun.Connect();
            user.Send("hello"u8);
            goesOn.Set(); // the thread reads the stop first, and then the event of the connection

            using Socket target = run.Accept(user);
            Assert.Equal("hello"u8, RelayRun.Receive(target, 5));
            AssertFinishes(run, first, firstTarget, others: [user, target]);
        },
        rules: RelayRun.Rules with { LogConnections = true });

    [Fact]
    public void A_connection_that_waits_at_an_inherited_socket_does_not_disturb_the_drain()
    {
        Socket? owner = null;
        RelayRun.In(
            run =>
            {
                (Socket first, Socket firstTarget) = run.Open();
                run.Relay.BeginStop();
                var users = new List<Socket>();
                do
                {
                    users.Add(RelayRun.Connect());
                }
                while (run.HasConnection(milliseconds: 250) && run.AcceptAny()); // until the relay accepts no more

                Assert.Equal(ServerState.Stopping, run.Relay.State);
                users.ForEach(user => user.Dispose());
                AssertFinishes(run, first, firstTarget);
            },
            () =>
            {
                owner = RelayRun.NewSocket();
                owner.Bind(RelayRun.Options.Listen[0]);
                owner.Listen();
                return RelayRun.Options with { Listen = [], InheritedSockets = [(int)owner.Handle] };
            });
        owner?.Dispose();
    }

    private static void AssertFinishes(RelayRun run, Socket user, Socket target, params Socket[] others)
    {
        user.Send("last"u8);
        Assert.Equal("last"u8, RelayRun.Receive(target, 4));
        Array.ForEach([user, target, .. others], socket => socket.Dispose());
        run.Relay.Completion.Wait(Patience.Token());
        Assert.Equal(ServerState.Stopped, run.Relay.State);
    }
}
