using System.Net;
using System.Net.Sockets;
using ProxyHelper.Relay;
using ProxyHelper.Telemetry;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Relay;

/// <summary>Tests targets that are down, busy or a Unix socket, and users that have gone before.</summary>
public sealed class RelayTargetTests
{
    private static string NewPath => Path.Combine(Path.GetTempPath(), $"relay-{Guid.NewGuid():N}.sock");

    [Fact]
    [Trait("Promise", "relay-target-down")]
    public void A_target_that_is_down_resets_the_user_and_the_notice_names_the_next_step() => RelayRun.In(run =>
    {
        run.CloseTarget();
        using Socket user = RelayRun.Connect();
        RelayRun.AssertReset(user);
        run.Await(counts => counts is { Open: 0 } && counts[RelayOutcome.TargetRefused] == 1);
        Assert.True(run.Relay.Notices.TryRead(out ServerNotice? notice));
        Assert.Equal(
            $"Reset a connection from {user.LocalEndPoint}: the target refused it (ECONNREFUSED). "
                + $"10.1.1.1:{((IPEndPoint)user.LocalEndPoint!).Port} -> 4.1.1.1:80. The target is 127.0.0.1:3128. "
                + "Run 'ss -ltnp sport = :3128' on its host to see whether it listens.",
            notice.Message);
    });

    [Fact]
    [Trait("Promise", "relay-target-down")]
    public void A_target_that_is_down_is_not_replaced_by_a_connection_to_itself() => RelayRun.In(run =>
    {
        run.CloseTarget();
        using Socket user = RelayRun.NewUser();

        // The only port that the kernel can choose for the relay's end is that of the target.
        File.WriteAllText("/proc/sys/net/ipv4/ip_local_port_range", "3128 3128");
        user.Connect(RelayRun.Options.Listen[0]);
        RelayRun.AssertReset(user);
        run.Await(counts => counts is { Open: 0, BytesUp: 0 } && counts[RelayOutcome.TargetRefused] == 1);
    });

    [Fact]
    public void A_missing_Unix_socket_resets_the_user() => InUnix(run =>
    {
        File.Delete(run.Relay.Options.Target.Path!);
        using Socket user = RelayRun.Connect();
        RelayRun.AssertReset(user);
        run.Await(counts => counts is { Open: 0 } && counts[RelayOutcome.TargetRefused] == 1);
        Assert.True(run.Relay.Notices.TryRead(out ServerNotice? notice));
        Assert.Contains("(ENOENT)", notice.Message, StringComparison.Ordinal);
        Assert.Contains($"'ls -l {run.Relay.Options.Target.Path}'", notice.Message, StringComparison.Ordinal);
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Promise", "relay-target-down")]
    public void A_target_that_does_not_accept_in_time_resets_the_user(bool isUnix) => In(
        isUnix,
        run =>
        {
            using Socket filler = run.FillTarget();
            using Socket user = RelayRun.Connect();
            RelayRun.AssertReset(user);
            run.Await(counts => counts is { Open: 0 } && counts[RelayOutcome.TargetTimeout] == 1);
        },
        RelayRun.Rules with { ConnectTimeout = TimeSpan.FromMilliseconds(200) });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_target_that_is_slow_gets_the_connection_later(bool isUnix) => In(isUnix, run =>
    {
        using Socket filler = run.FillTarget();
        using Socket user = RelayRun.Connect();
        user.Send("hello"u8);
        run.Await(counts => counts is { Open: 1, Queries: 1 });
        run.EmptyTarget();
        using Socket target = run.Accept(user);
        Assert.Equal("hello"u8, RelayRun.Receive(target, 5));
    });

    [Fact]
    public void A_user_who_waits_for_a_busy_target_is_not_overtaken() => InUnix(run =>
    {
        using Socket filler = run.FillTarget();
        using Socket first = RelayRun.Connect();
        run.Await(_ => run.Helper.Replies == 1);
        using var isFree = new ManualResetEventSlim();
        run.Helper.Answer = query =>
        {
            isFree.Wait(Patience.Token());
            return (ScriptedHelper.UserOf(query), ScriptedHelper.Site);
        };
        using Socket second = RelayRun.Connect();
        run.Await(counts => counts.Queries == 2);

        using ManualResetEventSlim goesOn = run.HoldThread(() => RelayRun.Connect("194.0.1.2").Dispose());
        run.EmptyTarget(); // one connection fits
        isFree.Set();
        run.Await(_ => run.Helper.Replies == 2);
        goesOn.Set(); // the thread reads the answer about the second user first
        run.Accept(first).Dispose();
        run.Accept(second).Dispose();
    });

    [Fact]
    public void A_Unix_socket_is_a_target() => InUnix(run =>
    {
        (Socket user, Socket target) = run.Open();
        target.Send("welcome"u8);
        target.Dispose();
        Assert.Equal("welcome"u8, RelayRun.Receive(user, 7));
        RelayRun.AssertEnd(user);
        user.Dispose();
        run.Await(counts => counts is { Open: 0 } && counts[RelayOutcome.Finished] == 1);
    });

    [Fact]
    [Trait("Promise", "relay-user-gone")]
    public void A_user_who_resets_before_the_answer_reaches_no_target() => RelayRun.In(run =>
    {
        using var isAsked = new ManualResetEventSlim();
        using var isGone = new ManualResetEventSlim();
        run.Helper.Answer = query =>
        {
            isAsked.Set();
            isGone.Wait(Patience.Token());
            return (ScriptedHelper.UserOf(query), ScriptedHelper.Site);
        };
        Socket user = RelayRun.Connect();
        isAsked.Wait(Patience.Token());
        user.LingerState = new LingerOption(enable: true, seconds: 0);
        user.Dispose();
        isGone.Set();
        run.Await(counts => counts is { Open: 0 } && counts[RelayOutcome.ClientGone] == 1);
        Assert.False(run.HasConnection(milliseconds: 0));
    });

    private static void InUnix(Action<RelayRun> body) => In(isUnix: true, body);

    private static void In(bool isUnix, Action<RelayRun> body, RelayRules? rules = null)
    {
        string path = NewPath;
        RelayRun.In(
            body, isUnix ? RelayRun.Options with { Target = RelayTarget.At(path) } : RelayRun.Options, rules);
        File.Delete(path);
    }
}
